import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeColourPhotos } from './colour-photos.js';
import { openServer, type TestServer } from './open-server.js';

const PATIENCE_MS = 60_000;

interface Stream extends Disposable {
  readonly events: readonly { readonly event: string; readonly data: unknown }[];
  /** Lines that only say that the stream lives. */
  readonly heartbeats: () => number;
  readonly response: IncomingMessage;
}

describe('server-sent events', () => {
  const data = tempFolder();
  const photos = tempFolder();
  const sockets: Socket[] = [];
  let server: TestServer;
  let url: string;
  let libraryId: number;

  beforeAll(async () => {
    await writeColourPhotos(photos.path);
    server = await openServer({ dataDir: data.path, heartbeatMs: 50 });
    server.app.server.on('connection', (socket) => sockets.push(socket));
    url = await server.app.listen({ host: '127.0.0.1', port: 0 });
    libraryId = (await server.host.keeper.add({ rootPath: photos.path })).library.id;
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    data[Symbol.dispose]();
    photos[Symbol.dispose]();
  });

  async function connect(accept?: string): Promise<IncomingMessage> {
    const headers = accept === undefined ? {} : { accept };
    const sent = request(`${url}/api/events`, { headers, agent: false });
    sent.on('error', () => {}); // Both sides break off here.
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.on('error', () => {});
    return response;
  }

  async function listen(): Promise<Stream> {
    const response = await connect('text/event-stream');
    let text = '';
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const blocks = (): readonly string[] => text.split('\n\n').slice(0, -1);
    return {
      response,
      get events() {
        return blocks().flatMap((block) => {
          const [, event = '', json = ''] = /^event: (\w+)\ndata: (.*)$/s.exec(block) ?? [];
          return event === '' ? [] : [{ event, data: JSON.parse(json) }];
        });
      },
      heartbeats: () => blocks().filter((block) => block === ': heartbeat').length,
      [Symbol.dispose]: () => void response.destroy(),
    };
  }

  test('the status comes first, then what happens to libraries, in its order', async () => {
    using stream = await listen();
    await expect.poll(() => stream.events.length, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    expect(stream.events[0]).toMatchObject({ event: 'status', data: { photos: expect.any(Number) } });
    await server.host.keeper.scan(libraryId);
    await server.host.keeper.update(libraryId, { name: 'renamed' });
    await server.host.keeper.scan(libraryId);
    const changes = (): readonly unknown[] =>
      stream.events.filter(({ event }) => event === 'library').map((one) => (one.data as { change: string }).change);
    const first = ['scan-started', 'changed', 'scan-ended'];
    await expect.poll(changes, { timeout: PATIENCE_MS }).toEqual([...first, 'changed', 'scan-started', 'scan-ended']);
  });

  test('a status is sent when it changed, and not again while it stays', async () => {
    using stream = await listen();
    const states = (): readonly unknown[] =>
      stream.events.filter(({ event }) => event === 'status').map(({ data }) => JSON.stringify(data));
    await server.host.keeper.update(libraryId, { name: 'another name' });
    await expect.poll(() => states().at(-1), { timeout: PATIENCE_MS }).toContain('another name');
    expect(new Set(states()).size).toBe(states().length);
  });

  test.each([
    [undefined, 200],
    ['*/*', 200],
    ['text/*;q=0.5', 200],
    ['application/json', 400],
  ])('whoever accepts %s gets %i', async (accept, status) => {
    const response = await connect(accept);
    expect(response.statusCode).toBe(status);
    response.destroy();
  });

  test('a silent stream shows that it lives', async () => {
    using stream = await listen();
    await expect.poll(stream.heartbeats, { timeout: PATIENCE_MS }).toBeGreaterThan(2);
  });

  test('whoever comes back begins with the whole status', async () => {
    using first = await listen();
    await expect.poll(() => first.events.length, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    first.response.destroy();
    using second = await listen();
    await expect.poll(() => second.events[0], { timeout: PATIENCE_MS }).toMatchObject({ event: 'status' });
  });

  test('a browser that does not read is cut off, and those that do miss nothing', async () => {
    using reading = await listen();
    const before = sockets.length;
    await connect('text/event-stream'); // Its answer is never read.
    const asleep = sockets[before]!;
    let most = 0;
    let sent = 0;
    // Events as large as a busy server's, until the system holds no more of them for the sleeper.
    while (!asleep.destroyed && sent < 100_000) {
      await server.host.keeper.update(libraryId, { name: `${sent++} ${'x'.repeat(100)}` });
      for (let n = 0; n < 200; n++) emit({ id: libraryId, change: 'changed' });
      most = Math.max(most, asleep.writableLength);
      await nextTurn();
    }
    expect(asleep.destroyed).toBe(true);
    expect(most).toBeLessThan(1 << 20);
    expect(reading.response.destroyed).toBe(false);
    const name = (await server.host.database.libraries.find(libraryId))?.name;
    await expect
      .poll(() => JSON.stringify(reading.events.findLast(({ event }) => event === 'status')), { timeout: PATIENCE_MS })
      .toContain(name);
  });

  test('a hundred listen at once; the next is told to come back, and has room when one left', async () => {
    const streams = await Promise.all(Array.from({ length: 100 }, () => listen()));
    const refused = await connect('text/event-stream');
    const chunks: Buffer[] = await refused.toArray();
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '2']);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ status: 503, code: 'BUSY' });
    streams.pop()?.[Symbol.dispose]();
    const statusOfNext = async (): Promise<number | undefined> => {
      const response = await connect('text/event-stream');
      response.destroy();
      return response.statusCode;
    };
    await expect.poll(statusOfNext, { timeout: PATIENCE_MS }).toBe(200);
    for (const stream of streams) stream[Symbol.dispose]();
  });

  /** As the keeper tells it; its own door for listeners only lets in listeners. */
  function emit(event: { readonly id: number; readonly change: 'changed' }): void {
    const { events } = server.host.keeper as unknown as { readonly events: { emit(event: object): void } };
    events.emit(event);
  }
});
