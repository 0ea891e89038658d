// A child process: texts in, unit vectors out. It has the tokenizer too, so that a long text costs no one else.
import { Tensor } from 'onnxruntime-node';
import type { TextInit, VectorOutput } from './child-protocol.js';
import { type ChildWork, serveChild } from './child-runtime.js';
import { embeddingOutput, inputType, openSession, readRows, unitVector } from './onnx-session.js';
import { openTokenizer } from './tokenizer.js';

async function openText(init: TextInit): Promise<ChildWork<string, VectorOutput>> {
  const tokenizer = await openTokenizer(init);
  const { session, provider } = await openSession(init.file, init.provider, init.threads);
  const output = embeddingOutput(session, 'text_embeds');

  async function embed(text: string): Promise<{ data: Float32Array; dimension: number }> {
    const { ids, mask } = tokenizer.encode(text);
    const feeds: Record<string, Tensor> = { input_ids: idTensor(inputType(session, 'input_ids'), ids) };
    if (session.inputNames.includes('attention_mask'))
      feeds.attention_mask = idTensor(inputType(session, 'attention_mask'), mask);
    return readRows((await session.run(feeds, [output]))[output], 1);
  }

  const { dimension } = await embed('a photo');
  return {
    facts: { dimension, provider },
    async run(texts) {
      const outputs: VectorOutput[] = [];
      for (const text of texts) {
        const vector = unitVector((await embed(text)).data);
        outputs.push(vector ? { kind: 'vector', vector } : { kind: 'not-finite' });
      }
      return outputs;
    },
  };
}

function idTensor(type: string, ids: readonly number[]): Tensor {
  const dims = [1, ids.length];
  if (type === 'int64') return new Tensor('int64', BigInt64Array.from(ids, BigInt), dims);
  if (type === 'int32') return new Tensor('int32', Int32Array.from(ids), dims);
  throw new Error(`a text input of type ${type} cannot be served`);
}

serveChild(openText);
