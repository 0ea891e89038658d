import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PALETTE_DIR } from '../model/model-choice.js';

/** What the hub does wrong with the large file; `times` of 0 means always. */
export type HubFault =
  | { readonly kind: 'none' }
  | { readonly kind: 'breaks-off'; readonly afterBytes: number; readonly times: number }
  | { readonly kind: 'wrong-bytes'; readonly times: number }
  | { readonly kind: 'never-ends' }
  | { readonly kind: 'too-short' }
  | { readonly kind: 'web-page' }
  | { readonly kind: 'no-resume'; readonly afterBytes: number }
  | { readonly kind: 'busy'; readonly times: number }
  | { readonly kind: 'silent' }
  /** Half of the file comes; the rest only when the promise says so. */
  | { readonly kind: 'pauses'; onHalf(): Promise<void> };

export interface HubServer extends AsyncDisposable {
  readonly url: string;
  /** `RANGE PATH` of each request, in order. */
  readonly requests: string[];
}

export const HUB_MODEL = 'someone/tiny-clip';
/** The file on which the faults happen. */
export const LARGE_FILE = 'onnx/text_model_quantized.onnx';

/** The built-in model's files under the hub's names. */
export const HUB_FILES: ReadonlyMap<string, Buffer> = new Map(
  (
    [
      ['config.json', 'config.json'],
      ['preprocessor_config.json', 'preprocessor_config.json'],
      ['tokenizer.json', 'tokenizer.json'],
      ['tokenizer_config.json', 'tokenizer_config.json'],
      ['onnx/vision_model_quantized.onnx', 'onnx/vision_model.onnx'],
      [LARGE_FILE, 'onnx/text_model.onnx'],
    ] as const
  ).map(([path, source]) => [path, readFileSync(join(PALETTE_DIR, source))]),
);

/** A hub on this machine, with one model and one fault. */
export async function startHub(
  fault: HubFault = { kind: 'none' },
  files: ReadonlyMap<string, Buffer> = HUB_FILES,
  tls?: TlsFiles,
): Promise<HubServer> {
  const requests: string[] = [];
  let faulty = 0;
  const answer: RequestListener = (request, response): unknown => {
    const path = decodeURIComponent(request.url ?? '');
    requests.push(`${request.headers.range ?? ''} ${path}`.trim());
    if (path.startsWith(`/api/models/${HUB_MODEL}/tree/main`)) return response.end(JSON.stringify(listing(files)));
    const name = path.slice(`/${HUB_MODEL}/resolve/main/`.length);
    const body = files.get(name);
    if (body === undefined) return respond(response, 404, Buffer.from('not found'));
    if (name !== LARGE_FILE) return sendRange(request, response, body);
    faulty++;
    return sendFaulty(fault, faulty, request, response, body);
  };
  return startHttpServer(answer, requests, tls);
}

function listing(files: ReadonlyMap<string, Buffer>): object[] {
  return [...files].map(([path, body]) =>
    path.endsWith('.onnx')
      ? {
          type: 'file',
          path,
          size: body.length,
          oid: 'f'.repeat(40),
          lfs: { oid: sha('sha256', body), size: body.length },
        }
      : {
          type: 'file',
          path,
          size: body.length,
          oid: sha('sha1', Buffer.concat([Buffer.from(`blob ${body.length}\0`), body])),
        },
  );
}

const sha = (algorithm: string, body: Buffer): string => createHash(algorithm).update(body).digest('hex');

function sendFaulty(
  fault: HubFault,
  nth: number,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): unknown {
  const isOver = 'times' in fault && fault.times > 0 && nth > fault.times;
  if (fault.kind === 'none' || isOver) return sendRange(request, response, body);
  switch (fault.kind) {
    case 'breaks-off':
      return sendRange(request, response, body, fault.afterBytes);
    case 'no-resume':
      response.writeHead(200, { 'content-length': body.length });
      if (nth > 1) return response.end(body);
      response.write(body.subarray(0, fault.afterBytes), () => response.destroy());
      return undefined;
    case 'wrong-bytes':
      return respond(response, 200, Buffer.alloc(body.length, 7));
    case 'too-short':
      return respond(response, 200, body.subarray(0, 1000));
    case 'web-page':
      return respond(response, 200, Buffer.from('<!doctype html><html>please log in</html>'));
    case 'busy':
      return respond(response, 503, Buffer.from('later'));
    case 'never-ends': {
      response.writeHead(200);
      const more = setInterval(() => response.write(Buffer.alloc(64 * 1024)), 1);
      response.once('close', () => clearInterval(more));
      return undefined;
    }
    case 'silent':
      return undefined;
    case 'pauses':
      if (nth > 1) return sendRange(request, response, body);
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, body.length / 2), () => {
        void fault.onHalf().then(() => response.end(body.subarray(body.length / 2)));
      });
      return undefined;
  }
}

const respond = (response: ServerResponse, status: number, body: Buffer): unknown =>
  response.writeHead(status, { 'content-length': body.length }).end(body);

function sendRange(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  cut = Number.POSITIVE_INFINITY,
): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = body.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length });
  if (rest.length <= cut) response.end(rest);
  else response.write(rest.subarray(0, cut), () => response.destroy());
}

/** A certificate for `localhost`, as PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** Any HTTP server on a free port of this machine. */
export async function startHttpServer(
  listener: RequestListener,
  requests: string[] = [],
  tls?: TlsFiles,
): Promise<HubServer> {
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls === undefined ? 'http://127.0.0.1' : 'https://localhost'}:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
