import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerApi, type MockAnswer, type MockState } from './mock-api.js';

const PAGES = fileURLToPath(new URL('../../../../apps/server/dist/web', import.meta.url));

// The strictest policy that the pages must live with.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface MockServer extends AsyncDisposable {
  /** The page's address, with the base path. */
  readonly url: string;
  readonly state: MockState;
}

/** The built pages over a pretended API, for states that a real server reaches slowly or not at all. */
export async function startMockServer(
  state: MockState,
  options: { readonly basePath?: string; readonly port?: number } = {},
): Promise<MockServer> {
  const basePath = options.basePath ?? '/';
  const server = createServer((request, response) => {
    void handle(request, response, basePath, state).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${basePath}`,
    state,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  basePath: string,
  state: MockState,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (!url.pathname.startsWith(basePath)) return send(response, { status: 404 });
  const path = url.pathname.slice(basePath.length);
  if (!path.startsWith('api/')) return sendPage(response, path);
  if (path === 'api/events') return sendEvents(request, response, state);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const isJson = request.headers['content-type'] === 'application/json';
  const body: unknown = isJson ? JSON.parse(Buffer.concat(chunks).toString()) : null;
  const cookie = request.headers.cookie ?? '';
  return send(
    response,
    answerApi(state, { method: request.method ?? 'GET', path: path.slice(4), query: url.searchParams, body, cookie }),
  );
}

function send(response: ServerResponse, { status, json, data, mediaType, headers }: MockAnswer): void {
  const type = json !== undefined && status >= 400 ? 'application/problem+json' : (mediaType ?? 'application/json');
  response.writeHead(status, { 'cache-control': 'private, no-store', 'content-type': type, ...headers });
  response.end(data ?? (json === undefined ? '' : JSON.stringify(json)));
}

function sendPage(response: ServerResponse, path: string): void {
  const file = path === '' ? 'index.html' : normalize(path);
  const mediaType = TYPES[extname(file)];
  if (mediaType === undefined || file.startsWith('..')) {
    send(response, { status: 404 });
    return;
  }
  const headers = { 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' };
  send(response, { status: 200, data: readFileSync(join(PAGES, file)), mediaType, headers });
}

function sendEvents(request: IncomingMessage, response: ServerResponse, state: MockState): void {
  if (state.isStreamHeldBack) {
    send(response, { status: 502, json: { code: 'BAD_GATEWAY', detail: 'no streams here' } });
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const push = (): boolean => response.write(`event: status\ndata: ${JSON.stringify(state.status)}\n\n`);
  push();
  state.listeners.add(push);
  request.on('close', () => state.listeners.delete(push));
}
