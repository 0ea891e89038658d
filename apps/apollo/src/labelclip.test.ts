import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lacksShared, sharedPath } from '@clip-watch/test-support';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cosine, createTestClient, type TestClient, vectorOf } from './testing/apollo-client.js';
import { type ApolloProcess, startApolloProcess } from './testing/apollo-process.js';

interface Expected {
  readonly cases: readonly { readonly text: string; readonly first: string }[];
}

describe.skipIf(lacksShared('a model folder with trained weights'))('a model folder with trained weights', () => {
  const golden = sharedPath('golden/semantic');
  let cases: Expected['cases'];
  const vectors = new Map<string, { fromPixels: Float32Array; fromFile: Float32Array }>();
  let apollo: ApolloProcess;
  let client: TestClient;

  beforeAll(async () => {
    ({ cases } = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as Expected);
    apollo = await startApolloProcess({ args: ['--model-dir', sharedPath('models/labelclip')] });
    client = createTestClient(apollo.address);
    for (const { first } of cases) {
      const data = readFileSync(join(golden, first));
      const rgb = { width: 224, height: 224, data: await referencePixels(data) };
      const fromPixels = vectorOf(await client.image({ request_id: 1, rgb }));
      const encoded = { data, media_type: 'image/jpeg' };
      vectors.set(first, { fromPixels, fromFile: vectorOf(await client.image({ request_id: 2, encoded })) });
    }
  });
  afterAll(async () => {
    client[Symbol.dispose]();
    await apollo[Symbol.asyncDispose]();
  });

  test('each text ranks the right photo first, from pixels and from the file', async () => {
    expect(cases.length).toBeGreaterThan(0);
    for (const { text, first } of cases) {
      const [result] = await client.texts([text]);
      if (!result) throw new Error(`no result for "${text}"`);
      const words = vectorOf(result);
      for (const kind of ['fromPixels', 'fromFile'] as const) {
        const ranked = [...vectors].toSorted((a, b) => cosine(b[1][kind], words) - cosine(a[1][kind], words));
        expect.soft(ranked[0]?.[0], `"${text}" ${kind}`).toBe(first);
      }
    }
  });

  test('its own decoding gives nearly the vectors of the reference pipeline', () => {
    for (const { fromPixels, fromFile } of vectors.values()) expect(cosine(fromPixels, fromFile)).toBeGreaterThan(0.98);
  });

  test('its name is that of its folder, its version no path', async () => {
    const info = await client.info();
    expect(info).toMatchObject({ name: 'labelclip', embedding_dim: 512, max_text_tokens: 77 });
    expect(info.version).toMatch(/^sha256:[0-9a-f]{32}$/);
  });
});

/** Exact sizes and offsets, rounded down, with a cubic filter and no decoder shortcuts. */
async function referencePixels(file: Buffer): Promise<Buffer> {
  const { width, height } = (await sharp(file).metadata()).autoOrient;
  const scale = 224 / Math.min(width, height);
  const [w, h] = [Math.floor(width * scale + 1e-9), Math.floor(height * scale + 1e-9)];
  return sharp(file, { ignoreIcc: true })
    .autoOrient()
    .resize(w, h, { fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false })
    .extract({ left: Math.floor((w - 224) / 2), top: Math.floor((h - 224) / 2), width: 224, height: 224 })
    .removeAlpha()
    .raw()
    .toBuffer();
}
