import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HUNG_FOLDER, hungDisk, paintPicture, picture, tempFolder } from '@clip-watch/test-support';
import { openDecodeHost } from '@clip-watch/watcher';
import { describe, expect, test } from 'vitest';

const TARGET = {
  pixels: { resizeMode: 'shortest-side-center-crop', resampleFilter: 'bicubic', resizeSize: 64, inputSize: 64 },
  acceptedMediaTypes: [],
} as const;
const tools = tempFolder();
const preload = hungDisk(tools.path);
const photo = await picture(paintPicture(320, 240), 'jpeg');
const contentHash = createHash('sha256').update(photo).digest('hex');

/** Two libraries, one of them on a disk that never answers. The child inherits the preloaded library. */
async function openHostOnHungDisk(readDeadlineMs = 500) {
  const folder = tempFolder();
  const [healthy, hung] = [join(folder.path, 'healthy'), join(folder.path, HUNG_FOLDER)];
  for (const root of [healthy, hung]) {
    mkdirSync(root);
    for (let n = 0; n < 40; n += 1) writeFileSync(join(root, `${n}.jpg`), photo);
  }
  process.env.LD_PRELOAD = preload;
  const options = { threads: 2, nice: 0, readDeadlineMs, closeGraceMs: 500, tempParent: folder.path };
  const host = await openDecodeHost(options);
  const prepare = (rootPath: string, n: number) =>
    host.prepare({ rootPath, rootIdentity: null, relPath: `${n}.jpg`, contentHash }, TARGET);
  return {
    host,
    prepareHealthy: (n: number) => prepare(healthy, n),
    prepareHung: (n: number) => prepare(hung, n),
    async [Symbol.asyncDispose]() {
      await host.close();
      delete process.env.LD_PRELOAD;
      folder[Symbol.dispose]();
    },
  };
}

describe.skipIf(preload === undefined)('a disk that never answers', () => {
  test('gives its photos back as environment, whole folders at once, and costs the other library nothing', async () => {
    await using t = await openHostOnHungDisk();
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    const hung = Promise.all(numbers.map(t.prepareHung));
    const healthy = Promise.all(numbers.map(t.prepareHealthy));
    expect((await healthy).map((prepared) => prepared.kind)).toEqual(numbers.map(() => 'pixels'));
    const verdicts = await hung;
    expect(new Set(verdicts.map((verdict) => (verdict.kind === 'failed' ? verdict.reason : verdict.kind)))).toEqual(
      new Set(['read_timeout']),
    );
    expect(verdicts[0]).toMatchObject({ errorClass: 'environment', sure: false });
  });

  test('is waited for in a child of its own, so that the main child is replaced once', async () => {
    await using t = await openHostOnHungDisk();
    await t.prepareHung(0);
    const restarts = t.host.stats().restarts;
    const again = t.prepareHung(1);
    for (let n = 0; n < 20; n += 1) expect((await t.prepareHealthy(n)).kind).toBe('pixels');
    expect(await again).toMatchObject({ reason: 'read_timeout' });
    expect(t.host.stats().restarts - restarts).toBeLessThanOrEqual(1); // the suspects' own child
  });

  test('that takes all threads at once is given a child of its own long before its deadline', async () => {
    await using t = await openHostOnHungDisk(3_600_000);
    const hung = [0, 1, 2, 3].map((n) => t.prepareHung(n).catch((error: unknown) => error));
    const healthy = Array.from({ length: 10 }, (_, n) => t.prepareHealthy(n));
    expect((await Promise.all(healthy)).every((prepared) => prepared.kind === 'pixels')).toBe(true);
    expect(t.host.stats()).toMatchObject({ restarts: 1 });
    await t.host.close();
    expect((await Promise.all(hung)).length).toBe(4);
  });

  test('does not hold up the end of the program', async () => {
    const t = await openHostOnHungDisk();
    const stuck = t.prepareHung(0).catch((error: unknown) => error);
    await t[Symbol.asyncDispose]();
    expect(await stuck).toBeDefined();
    expect(t.host.stats()).toMatchObject({ children: 0, inFlight: 0 });
  });
});
