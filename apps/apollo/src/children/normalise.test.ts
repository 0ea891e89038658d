import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lacksShared, sharedPath } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { createNormaliser } from './normalise.js';
import { openDecoder } from './picture-decoder.js';

const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
const CLIP_STD = [0.26862954, 0.26130258, 0.27577711] as const;

test('makes planes of (value / 255 − mean) / std out of interleaved bytes', () => {
  const normalise = createNormaliser({ inputSize: 2, mean: [0, 0.5, 1], std: [1, 0.5, 2] });
  const image = Uint8Array.of(0, 0, 0, 255, 255, 255, 51, 51, 51, 102, 102, 102);
  const expected = [0, 1, 0.2, 0.4, -1, 1, -0.6, -0.2, -0.5, 0, -0.4, -0.3];
  const [first, second] = [normalise([image]), normalise([image, image])];
  for (const [i, value] of expected.entries()) expect(first[i]).toBeCloseTo(value, 6);
  expect([...second]).toEqual([...first, ...first]);
});

describe.skipIf(lacksShared('a reference tensor'))('against the tensor of the reference pipeline', () => {
  test('decoding and normalising differ by less than one grey level on average', async () => {
    const folder = sharedPath('golden/preprocess');
    const decoder = await openDecoder({
      role: 'decode',
      inputSize: 224,
      resizeSize: 224,
      stretch: false,
      kernel: 'cubic',
      maxPixels: 1e8,
    });
    const [output] = await decoder.run([readFileSync(join(folder, 'franz-kafka.jpg'))]);
    if (output?.kind !== 'pixels') throw new Error(JSON.stringify(output));
    const made = createNormaliser({ inputSize: 224, mean: CLIP_MEAN, std: CLIP_STD })([output.data]);
    const expected = readNpy(join(folder, 'expected_preprocessed_image.npy'));
    expect(expected).toHaveLength(made.length);
    const greyLevels = made.map((value, i) => Math.abs(value - (expected[i] ?? 0)) * 0.27 * 255);
    expect(greyLevels.reduce((sum, value) => sum + value, 0) / made.length).toBeLessThan(1);
  });
});

/** A NumPy file of float32: the length of its text header stands at byte 8. */
function readNpy(file: string): Float32Array {
  const bytes = readFileSync(file);
  return new Float32Array(Uint8Array.from(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer);
}
