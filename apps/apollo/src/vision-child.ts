// A child process: 8-bit pixels in, unit vectors out.
import type { VectorOutput, VisionInit } from './child-protocol.js';
import { type ChildWork, serveChild } from './child-runtime.js';
import { embeddingOutput, floatTensor, inputType, openSession, readRows, unitVector } from './onnx-session.js';

async function openVision(init: VisionInit): Promise<ChildWork<Uint8Array, VectorOutput>> {
  const { session, provider } = await openSession(init.file, init.provider, init.threads);
  const type = inputType(session, 'pixel_values');
  const output = embeddingOutput(session, 'image_embeds');
  const tables = lookupTables(init);
  const { inputSize } = init;

  async function embed(images: readonly Uint8Array[]): Promise<{ data: Float32Array; dimension: number }> {
    const tensor = floatTensor(type, normalise(images, inputSize, tables), [images.length, 3, inputSize, inputSize]);
    return readRows((await session.run({ pixel_values: tensor }, [output]))[output], images.length);
  }

  // A grey picture: finds wrong shapes now, and loads what the first run would load.
  const { dimension, data } = await embed([new Uint8Array(inputSize * inputSize * 3).fill(128)]);
  if (unitVector(data) === undefined) throw new Error('the model answers numbers that are not finite');
  return {
    facts: { dimension, provider },
    async run(images) {
      const { data: rows } = await embed(images);
      return images.map((_, i) => toOutput(unitVector(rows.subarray(i * dimension, (i + 1) * dimension))));
    },
  };
}

const toOutput = (vector: Float32Array | undefined): VectorOutput =>
  vector ? { kind: 'vector', vector } : { kind: 'not-finite' };

/** (value / 255 − mean) / std for each channel and byte: a look-up is cheaper than the arithmetic. */
function lookupTables({ mean, std }: VisionInit): readonly [Float32Array, Float32Array, Float32Array] {
  const table = (channel: 0 | 1 | 2): Float32Array =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean[channel]) / std[channel]);
  return [table(0), table(1), table(2)];
}

/** Interleaved RGB bytes to planes of floats. */
function normalise(
  images: readonly Uint8Array[],
  side: number,
  [red, green, blue]: readonly [Float32Array, Float32Array, Float32Array],
): Float32Array {
  const plane = side * side;
  const out = new Float32Array(images.length * plane * 3);
  let at = 0;
  for (const image of images) {
    for (let pixel = 0, from = 0; pixel < plane; pixel++, from += 3) {
      out[at + pixel] = red[image[from] as number] as number;
      out[at + plane + pixel] = green[image[from + 1] as number] as number;
      out[at + 2 * plane + pixel] = blue[image[from + 2] as number] as number;
    }
    at += plane * 3;
  }
  return out;
}

serveChild(openVision);
