/** What shrink-on-load costs in the end: the model's answer to our pixels against its answer to the reference's. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClipClient, createClipClient, type ImageToEncode, type PixelRecipe } from '@clip-watch/clip-client';
import { decodeInFull, lacksShared, referencePixels, sharedPath } from '@clip-watch/test-support';
import { type DecodeHost, openDecodeHost } from '@clip-watch/watcher';
import { expect, test } from 'vitest';
import { startApolloProcess } from './index.js';
import { collect, contentHash, cosine } from './pictures.js';

const FOLDERS = ['jpeg', 'orientation', 'names'];
/** Other than plain RGB: Pillow converts CMYK by another rule, and grey is one channel. */
const OTHERS = /cmyk|gray/;

function jpegs(photos: string): string[] {
  return FOLDERS.flatMap((folder) => readdirSync(join(photos, folder)).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.jpg'))
    .sort();
}

async function productPixels(host: DecodeHost, bytes: Buffer, pixels: PixelRecipe): Promise<Uint8Array> {
  const prepared = await host.prepareBytes(bytes, { pixels, acceptedMediaTypes: [] });
  if (prepared.kind !== 'pixels') throw new Error(JSON.stringify(prepared));
  return prepared.data;
}

async function embed(client: ClipClient, pictures: readonly Uint8Array[], side: number): Promise<Float32Array[]> {
  const images = pictures.map(
    (data, imageId): ImageToEncode => ({
      imageId,
      ref: { contentHash: contentHash(imageId) },
      payload: { kind: 'rgb', width: side, height: side, data },
    }),
  );
  const outcomes = await collect(client.encodeImages(images));
  const vectors: Float32Array[] = [];
  for (const outcome of outcomes) if (outcome.kind === 'encoded') vectors[outcome.imageId] = outcome.embedding;
  return vectors;
}

test.skipIf(lacksShared('what shrink-on-load costs a trained model'))(
  'shrink-on-load keeps the embedding of plain RGB JPEGs',
  { timeout: 300_000 },
  async () => {
    await using apollo = await startApolloProcess(sharedPath('models/labelclip'));
    await using client = createClipClient({ addresses: [apollo.address] });
    await using host = await openDecodeHost();
    const { pixels } = await client.whenReady();
    if (pixels === undefined) throw new Error('the model takes no pixels');
    const names = jpegs(sharedPath('photos'));
    const pictures = [];
    for (const name of names) {
      const bytes = readFileSync(sharedPath('photos', name));
      pictures.push(await productPixels(host, bytes, pixels));
      pictures.push(referencePixels(await decodeInFull(bytes), pixels.inputSize));
    }
    const vectors = await embed(client, pictures, pixels.inputSize);
    expect(vectors.length).toBe(pictures.length);
    const cosines = names
      .map((name, at) => ({ name, cosine: cosine(vectors[2 * at]!, vectors[2 * at + 1]!) }))
      .filter(({ name }) => !OTHERS.test(name))
      .sort((a, b) => a.cosine - b.cosine);
    const lowest = JSON.stringify(cosines.slice(0, 5));
    expect(cosines[cosines.length >> 1]?.cosine, lowest).toBeGreaterThanOrEqual(0.99);
    expect(cosines[0]?.cosine, lowest).toBeGreaterThanOrEqual(0.9);
  },
);
