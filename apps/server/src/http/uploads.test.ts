import { spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { openRootSync } from '@clip-watch/library-root';
import { tempFolder } from '@clip-watch/test-support';
import multipart from '@fastify/multipart';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { installProblems } from './problem.js';
import type { PaceLimits } from './upload-pace.js';
import { openUploadSpool, type SpoolLimits, type UploadSpool } from './upload-spool.js';
import { createUploads } from './uploads.js';

const PROCESSES = new URL('../../../../packages/processes/dist/index.js', import.meta.url).href;
const PATIENCE = { timeout: 60_000 };
const PACE = { bytesPerS: 1_000, windowMs: 200 };
/** Nobody is told to hurry within a test. */
const NO_HURRY = { bytesPerS: 1, windowMs: 3_600_000 };
const LARGEST_BYTES = 100_000;
const HEAD = '--b\r\ncontent-disposition: form-data; name="image"; filename="x.jpg"\r\n\r\n';
const TAIL = '\r\n--b--\r\n';
const form = (content: string): string => `${HEAD}${content}${TAIL}`;

/** A server that tells how many bytes it was sent. */
async function openServer(dataDir: string, limits: SpoolLimits, pace: PaceLimits) {
  const app = Fastify();
  installProblems(app);
  await app.register(multipart, { limits: { files: 1, fileSize: LARGEST_BYTES } });
  const spool = await openUploadSpool(dataDir, limits);
  const uploads = createUploads({ spool, pace });
  app.post('/', async (asked, reply) => {
    await using upload = await uploads.receive(asked, reply, 'image');
    const { mode, size } = statSync(join(upload.rootPath, upload.relPath));
    return { size, mode: mode & 0o777 };
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { app, spool };
}

describe('uploads', () => {
  let data: ReturnType<typeof tempFolder>;
  let app: FastifyInstance;
  let spool: UploadSpool;
  const open: ClientRequest[] = [];

  const start = async (pace: PaceLimits): Promise<void> => {
    ({ app, spool } = await openServer(data.path, { files: 30, bytes: 150_000 }, pace));
  };
  beforeEach(async () => {
    data = tempFolder();
    await start(NO_HURRY);
  });
  afterEach(async () => {
    leaveAll();
    await app.close();
    data[Symbol.dispose]();
  });

  function leaveAll(): void {
    for (const sent of open.splice(0)) sent.destroy();
  }

  function begin(): ClientRequest {
    const { port } = app.server.address() as AddressInfo; // It listens on a port.
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const sent = request({ port, method: 'POST', headers, agent: false });
    sent.on('error', () => {}); // The server, or the test, breaks it off.
    open.push(sent);
    return sent;
  }

  async function answerOf(
    sent: ClientRequest,
  ): Promise<[number | undefined, { code?: string; size?: number; mode?: number }]> {
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const body = Buffer.concat(await response.toArray());
    return [response.statusCode, JSON.parse(body.toString()) as { code?: string }]; // As the routes here answer.
  }

  async function send(content: string): ReturnType<typeof answerOf> {
    const sent = begin();
    const answer = answerOf(sent);
    sent.end(form(content));
    return await answer;
  }

  const nothingIsLeft = (): Promise<void> =>
    vi.waitFor(() => {
      expect(spool.load()).toEqual({ receiving: 0, bytes: 0 });
      expect(readdirSync(data.path).flatMap((name) => readdirSync(join(data.path, name)))).toEqual([]);
    }, PATIENCE);

  test('arrive in a file that nobody else can read, which goes with the answer', async () => {
    expect(await send('abc')).toEqual([200, { size: 3, mode: 0o600 }]);
    await nothingIsLeft();
  });

  test('that hardly come hold up nobody else', async () => {
    for (let n = 0; n < 20; n++) begin().write(`${HEAD}x`);
    await vi.waitFor(() => expect(spool.load().receiving).toBe(20), PATIENCE);
    expect(await send('abc')).toMatchObject([200, { size: 3 }]);
    expect(spool.load().receiving).toBe(20);
    leaveAll();
    await nothingIsLeft();
  });

  test('that come one byte at a time are ended', async () => {
    await app.close();
    await start(PACE);
    const slow = Array.from({ length: 20 }, () => begin());
    const answers = slow.map(answerOf);
    for (const sent of slow) sent.write(HEAD);
    const drip = setInterval(() => slow.map((sent) => sent.destroyed || sent.write('x')), 50);
    try {
      for (const answer of await Promise.all(answers)) expect(answer).toMatchObject([408, { code: 'TOO_SLOW' }]);
    } finally {
      clearInterval(drip);
    }
    await nothingIsLeft();
  });

  test('of a browser that leaves leave nothing behind', async () => {
    const sent = begin();
    sent.write(`${HEAD}${'x'.repeat(50_000)}`);
    await vi.waitFor(() => expect(spool.load().bytes).toBeGreaterThan(0), PATIENCE);
    sent.destroy();
    await nothingIsLeft();
  });

  test('are bounded by what all of them take together', async () => {
    const first = begin();
    const taken = answerOf(first);
    first.write(`${HEAD}${'x'.repeat(90_000)}`);
    await vi.waitFor(() => expect(spool.load().bytes).toBeGreaterThan(80_000), PATIENCE);
    expect(await send('x'.repeat(90_000))).toMatchObject([503, { code: 'BUSY' }]);
    first.end(TAIL);
    expect(await taken).toMatchObject([200, { size: 90_000 }]);
    await nothingIsLeft();
    expect(await send('x'.repeat(90_000))).toMatchObject([200, { size: 90_000 }]);
  });

  test('are bounded in number', async () => {
    for (let n = 0; n < 30; n++) begin().write(HEAD);
    await vi.waitFor(() => expect(spool.load().receiving).toBe(30), PATIENCE);
    expect(await send('abc')).toMatchObject([503, { code: 'BUSY' }]);
    leaveAll();
    await nothingIsLeft();
    expect(await send('abc')).toMatchObject([200, { size: 3 }]);
  });

  test('that are too large are refused, and not kept', async () => {
    expect(await send('x'.repeat(LARGEST_BYTES + 1))).toMatchObject([413, { code: 'TOO_LARGE' }]);
    await nothingIsLeft();
  });

  test('that the disk has no room for say so, and leave nothing behind', async () => {
    async function* content() {
      yield Buffer.from('abc');
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    }
    await expect(spool.write(Readable.from(content()))).rejects.toMatchObject({ code: 'DISK_FULL' });
    await nothingIsLeft();
  });

  test('whose picture begins only after they were found slow are ended as well', async () => {
    const parts = new EventEmitter();
    const file = Object.assign(new PassThrough(), { truncated: false, bytesRead: 0 });
    const part = { type: 'file', fieldname: 'image', filename: 'x', encoding: '', mimetype: '', fields: {} } as const;
    const request = {
      isMultipart: () => true,
      raw: { socket: { bytesRead: 0 }, complete: false, isPaused: () => false },
      async file() {
        await once(parts, 'begun');
        return { ...part, file, toBuffer: () => Promise.reject(new Error('not asked for')) };
      },
    };
    const received = createUploads({ spool, pace: PACE }).receive(request, { header: () => {} }, 'image');
    await expect(received).rejects.toMatchObject({ code: 'TOO_SLOW' });
    parts.emit('begun');
    await vi.waitFor(() => expect(file.destroyed).toBe(true), PATIENCE);
    await nothingIsLeft();
  });
});

describe('the folder of uploads', () => {
  test('is its own: nothing that somebody else put beside it is touched', async () => {
    using data = tempFolder();
    mkdirSync(join(data.path, 'uploads'));
    writeFileSync(join(data.path, 'uploads/mine.jpg'), 'mine');
    await (await openUploadSpool(data.path)).close();
    expect(readdirSync(data.path)).toEqual(['uploads']);
    expect(readFileSync(join(data.path, 'uploads/mine.jpg'), 'utf8')).toBe('mine');
  });

  test('is left alone by another process on the same data folder', async () => {
    using data = tempFolder();
    const first = await openUploadSpool(data.path);
    await using held = await first.write(Readable.from([Buffer.from('first')]));
    await (await openUploadSpool(data.path)).close();
    expect(readFileSync(join(held.rootPath, held.relPath), 'utf8')).toBe('first');
    await using more = await first.write(Readable.from([Buffer.from('more')]));
    expect(more.fileSize).toBe(4);
    await first.close();
    expect(readdirSync(data.path)).toEqual([]);
  });

  test('of an ended process is removed', async () => {
    using data = tempFolder();
    const program = `import { makeOwnedFolder } from '${PROCESSES}'; console.log(makeOwnedFolder(process.argv[1], 'uploads'));`;
    const args = ['--input-type=module', '-e', program, data.path];
    const gone = spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout;
    expect(dirname(gone)).toBe(data.path); // It was there.
    const spool = await openUploadSpool(data.path);
    expect(readdirSync(data.path)).toHaveLength(1);
    await spool.close();
    expect(readdirSync(data.path)).toEqual([]);
  });

  test('lies where pictures are read, also when a link leads to the data folder', async () => {
    using place = tempFolder();
    mkdirSync(join(place.path, 'real'));
    symlinkSync('real', join(place.path, 'data'));
    const spool = await openUploadSpool(join(place.path, 'data'));
    await using upload = await spool.write(Readable.from([Buffer.from('x')]));
    using root = openRootSync(upload);
    expect(readFileSync(join(root.base, upload.relPath), 'utf8')).toBe('x');
    await spool.close();
  });

  test('that cannot be made is told with its place and what to do', async () => {
    using data = tempFolder();
    const missing = join(data.path, 'missing');
    await expect(openUploadSpool(missing)).rejects.toMatchObject({
      code: 'DATA_FOLDER',
      message: expect.stringMatching(new RegExp(`${missing}.*CLIP_WATCH_DATA_DIR`)),
    });
  });
});
