import { type ClientRequest, request } from 'node:http';
import { type MockApollo, startMockApollo } from '@clip-watch/apollo-mock';
import { paintPicture, picture, pngHeader, progressiveBomb } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryOf, type Served, startServed } from './served.js';

// Uploads go to files: what the heap keeps of buffers for a while. One of the largest alone would be 64 MiB.
const MOST_GROWTH_BYTES = 150 << 20;
const FORM = { 'content-type': 'multipart/form-data; boundary=b' };
const HEAD =
  '--b\r\ncontent-disposition: form-data; name="image"; filename="x.jpg"\r\ncontent-type: image/jpeg\r\n\r\n';
const TAIL = '\r\n--b--\r\n';

describe('uploads that nobody should send', () => {
  let apollo: MockApollo;
  let server: Served;
  let before: number;
  beforeAll(async () => {
    apollo = await startMockApollo();
    server = await startServed({ APOLLO_URL: apollo.address });
    await post(await goodPhoto());
    before = memoryOf(server.pid, 'VmHWM') ?? 0;
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await apollo.close();
  });

  const goodPhoto = (): Promise<Buffer> => picture(paintPicture(64, 64), 'jpeg');

  async function post(content: Uint8Array, headers: Record<string, string> = FORM): Promise<[number, string]> {
    const body = Buffer.concat([Buffer.from(HEAD), content, Buffer.from(TAIL)]);
    const answer = await fetch(`${server.url}/api/search/image`, { method: 'POST', headers, body });
    const document = (await answer.json()) as { code?: string };
    return [answer.status, document.code ?? 'none'];
  }

  test('a good photo is taken', async () => {
    expect(await post(await goodPhoto())).toEqual([200, 'none']);
  });

  test.each([
    ['a PNG that announces 60,000 x 60,000 pixels', async () => pngHeader(60_000, 60_000)],
    ['the same, interlaced', async () => pngHeader(60_000, 60_000, { interlaced: true })],
    ['a progressive JPEG of 144 megapixels', () => progressiveBomb(12_000)],
    ['half of a photo', async () => (await goodPhoto()).subarray(0, 300)],
    ['text', async () => Buffer.from('<html>not a picture</html>')],
    ['nothing', async () => Buffer.alloc(0)],
    ['a megabyte of zeros', async () => Buffer.alloc(1 << 20)],
  ])('%s is a picture that cannot be used', async (_, make) => {
    expect(await post(await make())).toEqual([422, 'BAD_PICTURE']);
  });

  test.each([
    ['JSON', { 'content-type': 'application/json' }, 400, 'BAD_REQUEST'],
    ['a bare picture', { 'content-type': 'image/jpeg' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a form without a boundary', { 'content-type': 'multipart/form-data' }, 400, 'BAD_REQUEST'],
    ['a form with another boundary', { 'content-type': 'multipart/form-data; boundary=c' }, 400, 'BAD_REQUEST'],
  ] as const)('%s is refused', async (_, headers, status, code) => {
    expect(await post(await goodPhoto(), headers)).toEqual([status, code]);
  });

  test('100 MB are refused, and are not held meanwhile', async () => {
    expect(await post(Buffer.alloc(100 << 20))).toEqual([413, 'TOO_LARGE']);
  });

  test.each([
    ['a part without a name', '--b\r\n\r\nx\r\n--b--\r\n'],
    ['a part whose head is no head', '--b\r\n\0\0\0: x\r\n\r\nx\r\n--b--\r\n'],
    ['a form that breaks off in a head', '--b\r\ncontent-disposition: form-'],
    ['a form that breaks off in the picture', `${HEAD}abc`],
    ['a form of nothing', ''],
  ])('%s is refused', async (_, body) => {
    const answer = await fetch(`${server.url}/api/search/image`, { method: 'POST', headers: FORM, body });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'BAD_REQUEST']);
  });

  /** A form that has begun and never goes on. */
  async function openSlow(): Promise<ClientRequest> {
    const sent = request(`${server.url}/api/search/image`, { method: 'POST', headers: FORM, agent: false });
    sent.on('error', () => {}); // It is broken off below.
    await new Promise((resolve) => sent.write(HEAD, resolve));
    return sent;
  }

  test('bodies that never come hold up nobody else, and are ended', async () => {
    const slow = await Promise.all(Array.from({ length: 20 }, openSlow));
    const ends = slow.map(
      (sent) => new Promise<number>((resolve) => sent.on('response', (answer) => resolve(answer.statusCode ?? 0))),
    );
    expect(await post(await goodPhoto())).toEqual([200, 'none']);
    expect((await fetch(`${server.url}/api/clip/status`)).status).toBe(200);
    expect(new Set(await Promise.all(ends))).toEqual(new Set([408]));
    for (const sent of slow) sent.destroy();
  }, 120_000);

  test('none of this took much memory, or was an error of the server', () => {
    const peak = memoryOf(server.pid, 'VmHWM') ?? 0;
    expect(peak - before).toBeLessThan(MOST_GROWTH_BYTES);
    expect(server.errorLines()).toEqual([]);
  });
});
