import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { lacksShared, sharedPath, tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecodeHost, PreparedPicture } from '../picture-types.js';
import { documentedTable, outcomeTable } from '../testing/outcome-table.js';
import { PATIENT } from '../testing/patient-host.js';
import { openDecodeHost } from './host/decode-host.js';

const YESTERDAY = new Date(Date.now() - 24 * 3_600_000);
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

describe.skipIf(lacksShared('what comes out of each real photo'))('every photo of the collection', () => {
  let photos: ReturnType<typeof tempFolder>;
  const outcomes = new Map<string, PreparedPicture>();
  let host: DecodeHost;
  let manifest: string[][];

  async function prepare(relPath: string): Promise<void> {
    const contentHash = createHash('sha256')
      .update(readFileSync(join(photos.path, relPath)))
      .digest('hex');
    outcomes.set(
      relPath,
      await host.prepare({ rootPath: photos.path, rootIdentity: null, relPath, contentHash }, MODEL),
    );
  }

  beforeAll(async () => {
    photos = tempFolder();
    // A cut file is only sure to stay cut when it was not written within the last hour, and a new clone's files were.
    cpSync(sharedPath('photos'), photos.path, { recursive: true });
    for (const entry of readdirSync(photos.path, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), YESTERDAY, YESTERDAY);
    }
    const lines = readFileSync(join(photos.path, 'MANIFEST.tsv'), 'utf8').trim().split('\n').slice(1);
    manifest = lines.map((line) => line.split('\t'));
    host = await openDecodeHost({ ...PATIENT, threads: 2 });
    await Promise.all(manifest.map(([relPath = '']) => prepare(relPath)));
  }, 300_000);
  afterAll(async () => {
    await host.close();
    photos[Symbol.dispose]();
  });

  test('each gives what the table says', () => {
    for (const [relPath, ...outcome] of TABLE) {
      const prepared = outcomes.get(relPath);
      if (prepared === undefined) throw new Error(`${relPath} is not in the manifest`);
      expect.soft(inWords(prepared), relPath).toEqual(outcome);
      if (prepared.kind === 'pixels') expect.soft(prepared.data.length, relPath).toBe(224 * 224 * 3);
      if (prepared.kind === 'failed') expect.soft(prepared, relPath).toMatchObject({ errorClass: 'photo', sure: true });
    }
  });

  test('the table by format in docs/photos.md is what comes out', () => {
    const found = outcomeTable(
      manifest.flatMap(([relPath = '', , format = '']) => {
        const outcome = outcomes.get(relPath);
        return outcome === undefined ? [] : [{ relPath, format, outcome }];
      }),
    );
    const documents = readFileSync(new URL('../../../../docs/photos.md', import.meta.url), 'utf8');
    expect(documentedTable(documents, 'What comes out, by format')).toEqual(found);
  });

  test('none of them cost a child', () => {
    expect(host.stats()).toMatchObject({ children: 1, restarts: 0, inFlight: 0 });
  });
});
