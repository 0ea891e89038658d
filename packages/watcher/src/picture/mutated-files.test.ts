import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  hasShared,
  heicFile,
  hostileFiles,
  oddPictures,
  paintPicture,
  picture,
  rawContainer,
  sharedPath,
} from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { REASONS } from '../reasons.js';
import { PATIENT } from '../testing/patient-host.js';
import { openDecodeHost } from './host/decode-host.js';

// The deep run raises this to 20,000.
const RUNS = Number(process.env.CLIP_WATCH_TEST_MUTATIONS ?? 1000);
const TARGET = {
  pixels: { resizeMode: 'shortest-side-center-crop', resampleFilter: 'bicubic', resizeSize: 64, inputSize: 64 },
  acceptedMediaTypes: [],
} as const;
/** Larger files take the time that more small ones need. */
const MAX_SEED_BYTES = 60_000;

/** Small, fast and the same everywhere: the run can be repeated. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One of: bytes changed, a stretch zeroed, the end cut off, a stretch repeated, a length field made huge. */
function mutate(file: Buffer, random: () => number): Buffer {
  const copy = Buffer.from(file);
  const at = Math.floor(random() * copy.length);
  const length = 1 + Math.floor(random() * 64);
  switch (Math.floor(random() * 5)) {
    case 0:
      for (let n = 0; n < length; n += 1) copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
      return copy;
    case 1:
      return copy.fill(0, at, Math.min(copy.length, at + length));
    case 2:
      return copy.subarray(0, at);
    case 3:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(Math.max(0, at - length)), copy.subarray(at)]);
    default:
      return copy.fill(0xff, at, Math.min(copy.length, at + 4));
  }
}

async function seeds(): Promise<Buffer[]> {
  const scene = paintPicture(160, 120);
  const formats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const;
  const plain = await Promise.all(formats.map((format) => picture(scene, format)));
  const odd = Object.values(await oddPictures(scene));
  const hostile = Object.values(await hostileFiles()).filter(isSmall);
  const heic = heicFile(paintPicture(96, 64), { exifOrientation: 6 });
  return [...plain, ...odd, heic, rawContainer(plain[0] as Buffer, 6), ...hostile, ...realSeeds()];
}

function isSmall(file: Buffer): boolean {
  return file.length > 0 && file.length < MAX_SEED_BYTES;
}

function realSeeds(): Buffer[] {
  if (!hasShared()) return [];
  const folders = ['heic', 'orientation', 'raw', 'avif', 'webp', 'hostile'].map((name) => sharedPath('photos', name));
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return files.map((file) => readFileSync(file)).filter(isSmall);
}

test(`${RUNS} damaged files: each gives pixels or a reason of a photo, and no child is lost`, {
  timeout: 60_000 + RUNS * 60,
}, async () => {
  await using host = await openDecodeHost({ ...PATIENT, threads: 2 });
  const files = await seeds();
  const random = randomNumbers(20);
  const seen = new Map<string, number>();
  let left = RUNS;
  const worker = async (): Promise<void> => {
    for (; left > 0; ) {
      left -= 1;
      const file = files[Math.floor(random() * files.length)] as Buffer;
      const prepared = await host.prepareBytes(mutate(file, random), TARGET);
      const outcome = prepared.kind === 'failed' ? prepared.reason : prepared.kind;
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      if (prepared.kind === 'failed') expect(prepared, prepared.message).toMatchObject({ errorClass: 'photo' });
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(RUNS);
  expect(host.stats()).toMatchObject({ restarts: 0, children: 1, inFlight: 0 });
  const known = new Set<string>(['pixels', ...Object.keys(REASONS)]);
  expect([...seen.keys()].filter((outcome) => !known.has(outcome))).toEqual([]);
  expect(seen.get('pixels')).toBeGreaterThan(0);
  expect(seen.get('corrupt')).toBeGreaterThan(0);
  expect(seen.get('timeout') ?? 0).toBe(0);
});
