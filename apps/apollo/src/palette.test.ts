import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lacksShared, sharedPath, tempFolder } from '@clip-watch/test-support';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { PALETTE_DIR } from './model/model-choice.js';
import { cosine, solidItem, vectorOf } from './testing/apollo-client.js';
import { measurePhoto, type PhotoMeasures, rankCorrelation } from './testing/photo-measures.js';
import { useApollo } from './testing/use-apollo.js';

const MAKE = fileURLToPath(new URL('../scripts/make-palette.mjs', import.meta.url));
const FILES = [
  'config.json',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'onnx/vision_model.onnx',
  'onnx/text_model.onnx',
];

test('the committed files are those that the script writes, and small', () => {
  using folder = tempFolder();
  execFileSync(process.execPath, [MAKE, folder.path]);
  for (const file of FILES)
    expect(readFileSync(join(folder.path, file)).equals(readFileSync(join(PALETTE_DIR, file))), file).toBe(true);
  const bytes = FILES.reduce((sum, file) => sum + statSync(join(PALETTE_DIR, file)).size, 0);
  expect(bytes).toBeLessThan(1e6);
});

describe('what the palette sees', () => {
  const served = useApollo();

  const word = async (text: string): Promise<Float32Array> => {
    const [result] = await served.client.texts([text]);
    if (!result) throw new Error('no result');
    return vectorOf(result);
  };
  const colour = async (rgb: readonly [number, number, number]): Promise<Float32Array> =>
    vectorOf(await served.client.image(solidItem(1, rgb)));

  test.each([
    ['red', [200, 30, 30]],
    ['orange', [235, 125, 20]],
    ['yellow', [235, 210, 40]],
    ['green', [50, 140, 60]],
    ['turquoise', [40, 180, 180]],
    ['blue', [40, 80, 200]],
    ['violet', [120, 50, 170]],
    ['pink', [240, 150, 190]],
    ['brown', [110, 70, 40]],
    ['black', [5, 5, 5]],
    ['white', [250, 250, 250]],
    ['gray', [125, 125, 125]],
  ] as const)('a %s area is told best by that word', async (name, rgb) => {
    const names = [
      'red',
      'orange',
      'yellow',
      'green',
      'cyan',
      'blue',
      'purple',
      'pink',
      'brown',
      'black',
      'white',
      'grey',
    ];
    const picture = await colour(rgb);
    const scores = await Promise.all(names.map(async (other) => cosine(picture, await word(other))));
    const own = cosine(picture, await word(name));
    expect(scores.filter((score) => score > own + 1e-6)).toEqual([]);
    expect(scores.filter((score) => score > own / 2)).toHaveLength(1);
  });

  test('"dark green" prefers a dark green to a green one and to a dark one', async () => {
    const wanted = await word('something dark green');
    const score = async (rgb: readonly [number, number, number]): Promise<number> => cosine(await colour(rgb), wanted);
    const best = await score([28, 66, 34]);
    expect(best).toBeGreaterThan((await score([60, 160, 70])) + 0.1);
    expect(best).toBeGreaterThan((await score([12, 12, 12])) + 0.1);
  });

  test('"blue and white" prefers both together to either alone, "black and white" means no colours', async () => {
    const half = async (left: string, right: string): Promise<Float32Array> => {
      const base = sharp({ create: { width: 300, height: 300, channels: 3, background: left } });
      const side = sharp({ create: { width: 150, height: 300, channels: 3, background: right } });
      const data = await base
        .composite([{ input: await side.png().toBuffer(), left: 0, top: 0 }])
        .png()
        .toBuffer();
      return vectorOf(await served.client.image({ request_id: 1, encoded: { data, media_type: 'image/png' } }));
    };
    const [both, blueRed, blackWhite, grey] = await Promise.all([
      half('#2050c8', '#ffffff'),
      half('#2050c8', '#d21e1e'),
      half('#000000', '#ffffff'),
      half('#404040', '#909090'),
    ]);
    const [blueAndWhite, noColours] = [await word('blue and white'), await word('a black and white photo')];
    expect(cosine(both, blueAndWhite)).toBeGreaterThan(cosine(blueRed, blueAndWhite) + 0.1);
    expect(cosine(both, blueAndWhite)).toBeGreaterThan(cosine(blackWhite, blueAndWhite) + 0.05);
    for (const picture of [blackWhite, grey])
      expect(cosine(picture, noColours)).toBeGreaterThan(cosine(both, noColours) + 0.05);
  });

  test.each([
    [0, 0, 0],
    [255, 255, 255],
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
  ] as const)('the vector of a plain %i %i %i picture is finite and of length 1', async (...rgb) =>
    expect(Math.hypot(...(await colour(rgb)))).toBeCloseTo(1, 5),
  );

  test.each(['', 'xyzzy', '😀', 'שלום עולם', 'z'.repeat(10_000)])(
    'text %# without a known word is neutral',
    async (text) => {
      const neutral = await word(text);
      expect(Math.hypot(...neutral)).toBeCloseTo(1, 5);
      expect(Math.abs(cosine(neutral, await colour([200, 30, 30])))).toBeLessThan(1e-3);
    },
  );

  test('unknown words change nothing', async () => {
    expect(cosine(await word('my grandmother on a red bicycle'), await word('red'))).toBeCloseTo(1, 5);
  });

  describe.skipIf(lacksShared('real photos'))('on real photos, against a measure of its own', () => {
    const photos: { name: string; vector: Float32Array; measures: PhotoMeasures }[] = [];
    beforeAll(async () => {
      for (const file of listPhotos()) {
        const data = readFileSync(file);
        const result = await served.client.image({ request_id: 1, encoded: { data, media_type: '' } });
        photos.push({ name: basename(file), vector: vectorOf(result), measures: await measurePhoto(data) });
      }
    });

    test.each([
      { text: 'red', atLeast: 0.8, measure: ({ red }: PhotoMeasures) => red },
      { text: 'green', atLeast: 0.7, measure: ({ green }: PhotoMeasures) => green },
      { text: 'blue', atLeast: 0.75, measure: ({ blue }: PhotoMeasures) => blue },
      { text: 'dark', atLeast: 0.97, measure: ({ brightness }: PhotoMeasures) => -brightness },
      { text: 'bright', atLeast: 0.97, measure: ({ brightness }: PhotoMeasures) => brightness },
      { text: 'black and white', atLeast: 0.85, measure: ({ chroma }: PhotoMeasures) => -chroma },
      { text: 'colourful', atLeast: 0.85, measure: ({ chroma }: PhotoMeasures) => chroma },
    ])('ranks "$text" as the pixels do', async ({ text, atLeast, measure }) => {
      const wanted = await word(text);
      const ranked = photos
        .map(({ vector, measures }) => ({ score: cosine(vector, wanted), measured: measure(measures) }))
        .toSorted((a, b) => b.score - a.score);
      const measured = ranked.map((entry) => entry.measured);
      expect(
        rankCorrelation(
          ranked.map(({ score }) => score),
          measured,
        ),
      ).toBeGreaterThan(atLeast);
      const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      const spread = Math.max(...measured) - Math.min(...measured);
      // The first five stand clearly above the rest, not only in order.
      expect(mean(measured.slice(0, 5)) - mean(measured.slice(5))).toBeGreaterThan(spread * 0.1);
    });
  });
});

function listPhotos(): string[] {
  const inFolder = (path: string): string[] =>
    readdirSync(sharedPath(path))
      .filter((name) => /\.(jpe?g|png|webp)$/.test(name))
      .map((name) => sharedPath(path, name));
  // A JPEG with stray bytes before a marker: a strict decoder refuses it.
  const refused = 'ff00-header.jpg';
  return ['photos/jpeg', 'photos/names', 'photos/png', 'photos/webp', 'golden/semantic']
    .flatMap(inFolder)
    .filter((file) => !file.endsWith(refused));
}
