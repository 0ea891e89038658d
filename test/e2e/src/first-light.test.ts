import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClipExplanation, ApiClipStatus, ApiFailures, ApiSearchAnswer } from '@clip-watch/server';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COLOUR_PHOTOS, writeColourPhotos } from './colour-photos.js';
import { fingerprint } from './originals.js';
import { runCli, runJson } from './run-cli.js';

interface Summary {
  readonly photos: number;
  readonly encoded: number;
  readonly encodedNow: number;
  readonly pending: number;
  readonly failed: number;
  readonly failures: readonly { readonly relPath: string; readonly reason: string }[];
}

describe('first light, with the built-in encoder and pictures of our own', () => {
  const data = tempFolder();
  const photos = tempFolder();
  const options = { dataDir: data.path };
  let before: ReadonlyMap<string, string>;
  let first: Summary;

  beforeAll(async () => {
    await writeColourPhotos(photos.path);
    writeFileSync(join(photos.path, 'broken.jpg'), 'this is no picture at all');
    writeFileSync(join(photos.path, 'notes.txt'), 'not a photo by its name');
    before = fingerprint(photos.path);
    first = await runJson<Summary>(['index', photos.path], options);
  });

  afterAll(() => {
    data[Symbol.dispose]();
    photos[Symbol.dispose]();
  });

  test('encodes every picture, lists the broken one with its reason, and leaves nothing pending', () => {
    expect(first).toMatchObject({ photos: 7, encoded: 6, encodedNow: 6, pending: 0, failed: 1 });
    expect(first.failures).toMatchObject([{ relPath: 'broken.jpg', reason: 'not_an_image' }]);
  });

  test('leaves every original as it was, and adds no file', () => {
    expect(fingerprint(photos.path)).toEqual(before);
  });

  test('a second run encodes nothing', async () => {
    expect(await runJson<Summary>(['index', photos.path], options)).toMatchObject({
      encodedNow: 0,
      encoded: 6,
      pending: 0,
    });
  });

  test.each([
    ['red', 'red.jpg'],
    ['blue', 'sea/blue.webp'],
    ['dark', 'night/dark.jpg'],
    ['bright', 'snow/bright.jpg'],
    ['yellow', 'sun/yellow.tif'],
  ])('"%s" finds %s first', async (words, expected) => {
    const answer = await runJson<ApiSearchAnswer>(['search', words, '--limit', '3'], options);
    expect(answer.items[0]?.relPath).toBe(expected);
    expect(answer.notice).toContain('starter model');
  });

  test('a photo is most like others of its kind, and never itself', async () => {
    const answer = await runJson<ApiSearchAnswer>(['similar', join(photos.path, 'red.jpg')], options);
    expect(answer.items).toHaveLength(COLOUR_PHOTOS.length - 1);
    expect(answer.items.map(({ relPath }) => relPath)).not.toContain('red.jpg');
  });

  test('status, failures and explain agree with the table', async () => {
    const status = await runJson<ApiClipStatus>(['status'], options);
    expect(status).toMatchObject({ photos: 7, encoded: 6, failed: 1, model: { name: 'palette', starter: true } });
    const failures = await runJson<ApiFailures>(['failures'], options);
    expect(failures.groups).toMatchObject([{ reason: 'not_an_image', status: 'failed', count: 1 }]);
    const good = await runJson<ApiClipExplanation>(['explain', join(photos.path, 'red.jpg')], options);
    expect(good).toMatchObject({ searchable: true, status: 'encoded' });
    const bad = await runJson<ApiClipExplanation>(['explain', join(photos.path, 'broken.jpg')], options);
    expect(bad).toMatchObject({
      searchable: false,
      status: 'failed',
      errorReason: 'not_an_image',
      remedy: expect.any(String),
    });
  });

  test('explain has a sentence for a file that is no photo, and exits 1', async () => {
    const { code, stdout } = await runCli(['explain', join(photos.path, 'notes.txt')], options);
    expect([code, stdout]).toEqual([1, expect.stringContaining('name of a picture')]);
  });

  test('a failure can be tried again, and fails for the same reason', async () => {
    expect(await runJson(['failures', '--retry', 'not_an_image'], options)).toEqual({ requeued: 1 });
    expect(await runJson<Summary>(['index', photos.path], options)).toMatchObject({
      failed: 1,
      pending: 0,
      encodedNow: 0,
    });
  });

  test('doctor finds nothing broken, and says that the starter model serves', async () => {
    const { checks } = await runJson<{ checks: { name: string; state: string }[] }>(['doctor'], options);
    expect(checks.filter(({ state }) => state === 'broken')).toEqual([]);
    expect(checks.find(({ name }) => name === 'encoder')?.state).toBe('limited');
  });
});

test('without an encoder it scans, says so, and exits 1', async () => {
  using data = tempFolder();
  using photos = tempFolder();
  await writeColourPhotos(photos.path);
  const { code, stdout, stderr } = await runCli(['index', photos.path, '--json'], {
    dataDir: data.path,
    env: { APOLLO_URL: 'disabled' },
  });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ photos: 6, encoded: 0, pending: 6 });
  expect(stderr).toContain('APOLLO_URL=disabled');
});
