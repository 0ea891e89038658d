// A child process: 8-bit pixels in, unit vectors out.
import type { VectorOutput, VisionInit } from './child-protocol.js';
import { type ChildWork, serveChild } from './child-runtime.js';
import { createNormaliser } from './normalise.js';
import { embeddingOutput, floatTensor, inputType, openSession, readRows, unitVector } from './onnx-session.js';

async function openVision(init: VisionInit): Promise<ChildWork<Uint8Array, VectorOutput>> {
  const { session, provider } = await openSession(init.file, init.provider, init.threads);
  const type = inputType(session, 'pixel_values');
  const output = embeddingOutput(session, 'image_embeds');
  const { inputSize } = init;
  const normalise = createNormaliser(init);

  async function embed(images: readonly Uint8Array[]): Promise<{ data: Float32Array; dimension: number }> {
    const tensor = floatTensor(type, normalise(images), [images.length, 3, inputSize, inputSize]);
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

serveChild(openVision);
