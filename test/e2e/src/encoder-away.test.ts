import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ApiClipStatus } from '@clip-watch/server';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeColour, writeColourPhotos } from './colour-photos.js';
import { endEncoder, startEncoder } from './encoder-process.js';
import { type CliResult, runCli, runJson } from './run-cli.js';
import { startServed } from './served.js';

const PATIENCE_MS = 120_000;
const PHOTO = 'red.jpg';
/** Nobody is given it as a free one. */
const PORT_OF_NOBODY = 2;

/** What listens takes calls and never says a word. @returns the server and its port */
async function startSilent(): Promise<{
  readonly server: Server;
  readonly sockets: Set<Socket>;
  readonly port: number;
}> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // Whoever called may leave as it likes.
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, sockets, port: (server.address() as AddressInfo).port };
}

async function endSilent({ server, sockets }: Awaited<ReturnType<typeof startSilent>>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
}

describe('the encoder is not there', () => {
  const photos = tempFolder();
  const other = tempFolder();
  const data = tempFolder();
  let silent: Awaited<ReturnType<typeof startSilent>>;

  beforeAll(async () => {
    await writeColourPhotos(photos.path);
    const socket = join(other.path, 's');
    const encoder = await startEncoder(`unix:${socket}`);
    try {
      await runJson(['index', photos.path], { dataDir: data.path, env: { APOLLO_URL: `unix:${socket}` } });
    } finally {
      await endEncoder(encoder);
    }
    await writeColour(join(photos.path, 'new.jpg'), [120, 60, 10]);
    cpSync(join(photos.path, PHOTO), join(other.path, 'outside.jpg'));
    silent = await startSilent();
  });
  afterAll(async () => {
    await endSilent(silent);
    for (const folder of [photos, other, data]) folder[Symbol.dispose]();
  });

  const addressOf = (what: 'nobody listens' | 'nobody answers'): string =>
    `grpc://127.0.0.1:${what === 'nobody listens' ? PORT_OF_NOBODY : silent.port}`;

  const run = (what: Parameters<typeof addressOf>[0], args: readonly string[]): Promise<CliResult> =>
    runCli(args, {
      dataDir: data.path,
      cwd: photos.path,
      env: {
        APOLLO_URL: addressOf(what),
        ENCODER_PATIENCE_S: '1',
        CLIP_MODEL_MIRROR: `http://127.0.0.1:${PORT_OF_NOBODY}`,
      },
    });

  const NO_ENCODER = /^clip-watch: .*encoder.*/m;

  test.each<['nobody listens' | 'nobody answers', readonly string[], number, RegExp]>([
    ['nobody listens', ['index', '.'], 1, NO_ENCODER],
    ['nobody answers', ['index', '.'], 1, NO_ENCODER],
    ['nobody listens', ['search', 'words that nobody searched'], 1, NO_ENCODER],
    ['nobody answers', ['search', 'words that nobody searched'], 1, NO_ENCODER],
    ['nobody listens', ['similar', PHOTO], 0, /starter model answers/],
    ['nobody listens', ['similar', '../outside.jpg'], 1, NO_ENCODER],
    ['nobody listens', ['status'], 0, /^$/],
    ['nobody listens', ['failures'], 0, /^$/],
    ['nobody listens', ['explain', PHOTO], 0, /^$/],
    ['nobody listens', ['library'], 0, /^$/],
    ['nobody listens', ['model'], 0, /^$/],
    ['nobody listens', ['model', 'switch'], 1, NO_ENCODER],
    ['nobody answers', ['model', 'switch'], 1, NO_ENCODER],
    ['nobody listens', ['model', 'rollback'], 1, /no change of models is under way/],
    ['nobody listens', ['model', 'pull', 'someone/tiny-clip'], 1, /127\.0\.0\.1/],
    ['nobody listens', ['doctor'], 1, /^$/],
    ['nobody answers', ['doctor'], 1, /^$/],
    ['nobody listens', ['config'], 0, /^$/],
    ['nobody listens', ['backup', 'BACKUP'], 0, /^$/],
  ])('%s: clip-watch %j ends with %d', async (what, args, code, words) => {
    const typed = args.map((arg) =>
      arg === '../outside.jpg' || arg === 'BACKUP' ? join(other.path, arg.replace('../', '')) : arg,
    );
    const result = await run(what, typed);
    expect(result, result.stderr).toMatchObject({ code });
    expect(result.stderr).toMatch(words);
    expect(result.stderr).not.toMatch(/\n\s+at /); // No stack.
    if (args[0] === 'doctor') expect(result.stdout).toMatch(/^BAD {3}encoder .*no encoder answers.*127\.0\.0\.1/m);
  });

  test('serve goes on without it, says so, and ends when it is told to', async () => {
    const env = { APOLLO_URL: addressOf('nobody listens'), CLIP_WATCH_DATA_DIR: data.path };
    await using server = await startServed(env);
    const status = async (): Promise<ApiClipStatus> =>
      (await (await fetch(`${server.url}/api/clip/status`)).json()) as ApiClipStatus; // its own document
    await expect.poll(async () => (await status()).state, { timeout: PATIENCE_MS }).toBe('offline');
    expect((await status()).reason).toMatch(/127\.0\.0\.1/);
    expect(await server.stop(), server.log().slice(-2_000)).toBe(0);
    expect(server.errorLines()).toEqual([]);
  });
});
