import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:http';
import { join } from 'node:path';
import { type MockApollo, startMockApollo } from '@clip-watch/apollo-mock';
import { fromPixels, tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { descriptorsOf, type Served, startServed } from './served.js';

const PATIENCE_MS = 120_000;
const TIMES = 200;
const FORM_HEAD = '--b\r\ncontent-disposition: form-data; name="image"; filename="x.png"\r\n\r\n';

interface Visit {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** When the browser goes: with its request just sent, with the answer's head, or with its first bytes. */
type Moment = 'asked' | 'answered' | 'begun';
const MOMENTS: readonly Moment[] = ['asked', 'answered', 'begun'];

describe.skipIf(process.platform !== 'linux')('a browser that leaves in the middle of an answer', () => {
  const photos = tempFolder();
  let apollo: MockApollo;
  let server: Served;
  let photo: Buffer;

  beforeAll(async () => {
    // Noise does not compress: an answer of some megabytes, most of which is never taken.
    photo = await fromPixels({ width: 1200, height: 1000, data: randomBytes(3_600_000) })
      .png()
      .toBuffer();
    writeFileSync(join(photos.path, 'noise.png'), photo);
    apollo = await startMockApollo();
    // Without a cache every thumbnail is made anew.
    server = await startServed({ APOLLO_URL: apollo.address, THUMBNAIL_CACHE_MB: '0' }, [photos.path]);
    await vi.waitFor(async () => expect((await status()).encoded).toBe(1), { timeout: PATIENCE_MS, interval: 200 });
    await checkThatAllIsServed();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await apollo.close();
    photos[Symbol.dispose]();
  });

  const status = async (): Promise<{ encoded: number }> =>
    (await (await fetch(`${server.url}/api/clip/status`)).json()) as { encoded: number };

  const visits = (): Readonly<Record<string, Visit>> => ({
    thumbnail: { path: '/api/images/1/thumbnail?size=view' },
    original: { path: '/api/images/1/original' },
    range: { path: '/api/images/1/original', headers: { range: 'bytes=100-2000000' } },
    events: { path: '/api/events', headers: { accept: 'text/event-stream' } },
    search: {
      method: 'POST',
      path: '/api/search',
      headers: { 'content-type': 'application/json' },
      body: '{"text":"red"}',
    },
    upload: {
      method: 'POST',
      path: '/api/search/image',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: Buffer.concat([Buffer.from(FORM_HEAD), photo, Buffer.from('\r\n--b--\r\n')]),
    },
  });

  function leave({ path, body, ...rest }: Visit, n: number): Promise<void> {
    const moment = MOMENTS[n % MOMENTS.length];
    // Limits count by address: this is many browsers, not one.
    const options: RequestOptions = { ...rest, agent: false, localAddress: `127.0.0.${2 + (n % 40)}` };
    return new Promise((resolve) => {
      const sent = request(`${server.url}${path}`, options);
      const go = (): void => void sent.destroy();
      sent.on('error', () => {}); // It is this side that breaks off.
      sent.on('close', resolve);
      sent.on('response', (response) => {
        response.on('error', () => {});
        if (moment === 'answered') go();
        response.on('data', go);
        response.on('end', go);
      });
      sent.end(body, () => {
        if (moment === 'asked') go();
      });
    });
  }

  async function checkThatAllIsServed(): Promise<void> {
    const { events, ...others } = visits();
    for (const [name, { path, ...init }] of Object.entries(others)) {
      const answer = await fetch(`${server.url}${path}`, init as RequestInit);
      expect(answer.ok, `${name}: ${answer.status}`).toBe(true);
      await answer.arrayBuffer();
    }
    await leave(events!, 2);
  }

  test.each(['thumbnail', 'original', 'range', 'events', 'search', 'upload'])(
    '%s: nothing stays open, nothing is an error, and the next one is served',
    async (name) => {
      const before = await restingDescriptors();
      for (let n = 0; n < TIMES; n += 10)
        await Promise.all(Array.from({ length: 10 }, (_, index) => leave(visits()[name]!, n + index)));
      await expect.poll(() => descriptorsOf(server.pid), { timeout: PATIENCE_MS }).toBeLessThanOrEqual(before);
      await expect.poll(checkThatAllIsServed, { timeout: PATIENCE_MS }).toBeUndefined();
      expect(server.errorLines()).toEqual([]);
      expect(server.log()).not.toContain('MaxListenersExceeded');
    },
  );

  /** The figure once kept connections of earlier requests have ended. */
  async function restingDescriptors(): Promise<number> {
    let last = -1;
    await expect
      .poll(
        () => {
          const now = descriptorsOf(server.pid);
          const rests = now === last;
          last = now;
          return rests;
        },
        { timeout: PATIENCE_MS, interval: 1_000 },
      )
      .toBe(true);
    return last;
  }
});
