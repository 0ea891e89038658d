import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiSearchAnswer } from '@clip-watch/server';
import { lacksShared, sharedPath, tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { fingerprint } from './originals.js';
import { runCli, runJson } from './run-cli.js';

const PLAIN = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff', 'heic', 'orientation', 'names'];

interface Summary {
  readonly photos: number;
  readonly encodedNow: number;
  readonly pending: number;
  readonly failures: readonly { readonly relPath: string; readonly reason: string }[];
}

describe.skipIf(lacksShared('the command line over real photos and with a trained model'))('real photos', () => {
  test('plain photos are encoded, failed ones have a reason, originals are untouched, a second run encodes none', async () => {
    using data = tempFolder();
    const photos = sharedPath('photos');
    const before = fingerprint(photos);
    const summary = await runJson<Summary>(['index', photos], { dataDir: data.path });
    expect(summary.pending).toBe(0);
    const manifest = readFileSync(join(photos, 'MANIFEST.tsv'), 'utf8').trimEnd().split('\n').slice(1);
    const plain = manifest
      .map((line) => line.split('\t')[0] ?? '')
      .filter((path) => PLAIN.includes(path.split('/')[0] ?? ''));
    const failed = new Set(summary.failures.map(({ relPath }) => relPath));
    expect(plain.filter((path) => !failed.has(path)).length / plain.length).toBeGreaterThanOrEqual(0.97);
    for (const { reason, relPath } of summary.failures) expect(reason, relPath).toMatch(/^[a-z_]+$/);
    expect(fingerprint(photos)).toEqual(before);
    expect(await runJson<Summary>(['index', photos], { dataDir: data.path })).toMatchObject({
      encodedNow: 0,
      pending: 0,
    });
  }, 300_000);

  test('a CLIP model ranks the right photo first for each text', async () => {
    using data = tempFolder();
    const env = { CLIP_MODEL_DIR: sharedPath('models/labelclip') };
    const semantic = sharedPath('golden/semantic');
    const { cases } = JSON.parse(readFileSync(join(semantic, 'expected.json'), 'utf8'));
    await runJson<Summary>(['index', semantic], { dataDir: data.path, env });
    for (const { text, first } of cases) {
      const answer = await runJson<ApiSearchAnswer>(['search', text, '--limit', '1'], { dataDir: data.path, env });
      expect(answer.items[0]?.relPath, text).toBe(first);
      expect(answer.notice, text).toBeNull();
    }
  }, 300_000);

  test('the starter model gives way to CLIP in the same data folder: the next start encodes all photos anew', async () => {
    using data = tempFolder();
    const semantic = sharedPath('golden/semantic');
    const { cases } = JSON.parse(readFileSync(join(semantic, 'expected.json'), 'utf8'));
    const { photos, encodedNow } = await runJson<Summary>(['index', semantic], { dataDir: data.path });
    const env = { CLIP_MODEL_DIR: sharedPath('models/labelclip') };
    const anew = { photos, encodedNow, pending: 0 };
    expect(await runJson<Summary>(['index', semantic], { dataDir: data.path, env })).toMatchObject(anew);
    const [{ text, first }] = cases;
    const answer = await runJson<ApiSearchAnswer>(['search', text, '--limit', '1'], { dataDir: data.path, env });
    expect(answer.items[0]?.relPath).toBe(first);
  }, 300_000);

  test('a forgotten setting changes no model: words of another one are refused with one sentence', async () => {
    using data = tempFolder();
    const semantic = sharedPath('golden/semantic');
    const env = { CLIP_MODEL_DIR: sharedPath('models/labelclip') };
    await runJson<Summary>(['index', semantic], { dataDir: data.path, env });
    const { code, stderr } = await runCli(['search', 'red'], { dataDir: data.path });
    expect(code).toBe(1);
    expect(stderr).toMatch(/serves another model/);
  }, 300_000);
});
