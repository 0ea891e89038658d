import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecodeHost, PreparedPicture } from '../picture-types.js';
import { openDecodeHost } from './decode-host.js';

const SHARED = sharedFolder();
const ROOT = join(SHARED ?? '', 'photos');
const MODEL = {
  pixels: { resizeMode: 'shortest-side-center-crop', resampleFilter: 'bicubic', resizeSize: 224, inputSize: 224 },
  acceptedMediaTypes: [],
} as const;

const TABLE = readFileSync(new URL('./expected-outcomes.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t') as [path: string, ...outcome: string[]]);

/** In the table's words: `pixels, quality, source, upright size`, or the reason and dashes. */
function inWords(prepared: PreparedPicture): string[] {
  if (prepared.kind === 'failed') return [prepared.reason, '-', '-', '-'];
  if (prepared.kind === 'changed') return ['changed', '-', '-', '-'];
  return [prepared.kind, prepared.quality, ...prepared.source.split(' ')];
}

describe.skipIf(SHARED === undefined)('every RAW, HEIC and hostile photo of the collection', () => {
  let host: DecodeHost;
  beforeAll(async () => {
    host = await openDecodeHost({ threads: 2 });
  });
  afterAll(() => host.close());

  test.each(TABLE)('%s', { timeout: 60_000 }, async (relPath, ...outcome) => {
    const contentHash = createHash('sha256')
      .update(readFileSync(join(ROOT, relPath)))
      .digest('hex');
    const prepared = await host.prepare({ rootPath: ROOT, relPath, contentHash }, MODEL);
    expect(inWords(prepared)).toEqual(outcome);
    if (prepared.kind === 'pixels') expect(prepared.data.length).toBe(224 * 224 * 3);
    if (prepared.kind === 'failed') expect(prepared).toMatchObject({ errorClass: 'photo', sure: true });
  });

  test('none of them cost a child', () => {
    expect(host.stats()).toMatchObject({ children: 1, restarts: 0, inFlight: 0 });
  });
});
