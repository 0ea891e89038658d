import type { EncodeResult } from '@clip-watch/proto';
import type { VectorOutput } from '../children/child-protocol.js';
import { type Lane, type Sender, SINGLE_INPUT } from '../lanes/lane.js';
import type { Counters } from '../server/counters.js';
import { type ItemFailure, toEmbeddingResult, toErrorResult } from './results.js';

export interface TextEncoder {
  /** Texts of one call, each with its result, in their order. Calls take turns text by text. */
  encode(texts: readonly string[]): Promise<EncodeResult[]>;
}

interface TextEncoderOptions {
  readonly lane: Lane<string, VectorOutput>;
  readonly modelVersion: string;
  readonly counters: Counters;
  readonly queueLimit: number;
}

export function createTextEncoder(options: TextEncoderOptions): TextEncoder {
  const { lane, modelVersion, counters, queueLimit } = options;

  function encodeOne(input: string, index: number, sender: Sender): Promise<EncodeResult> {
    const receivedAt = performance.now();
    const head = { request_id: index, content_hash: '' };
    const times = (queueMs: number): { duration_ms: number; queue_ms: number } => ({
      duration_ms: Math.round(performance.now() - receivedAt),
      queue_ms: Math.round(queueMs),
    });
    counters.countText();
    if (lane.waiting >= queueLimit) return Promise.resolve(toErrorResult(head, OVERLOADED, times(0)));
    return new Promise((resolve) => {
      lane.submit({
        sender,
        input,
        settle(outcome) {
          if (outcome.kind === 'done' && outcome.output.kind === 'vector')
            resolve(toEmbeddingResult(head, outcome.output.vector, modelVersion, times(outcome.queueMs)));
          else resolve(toErrorResult(head, LOST, times(0)));
        },
      });
    });
  }

  return {
    encode(texts) {
      const sender = { ...SINGLE_INPUT }; // a turn of its own for each call
      return Promise.all(texts.map((text, index) => encodeOne(text, index, sender)));
    },
  };
}

const OVERLOADED: ItemFailure = {
  reason: 'ERROR_REASON_OVERLOADED',
  message: 'too many texts are waiting',
  retryDelayMs: 250,
};
const LOST: ItemFailure = {
  reason: 'ERROR_REASON_INTERNAL',
  message: 'the worker that had this text ended; send it again',
};
