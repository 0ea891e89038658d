import { createHash } from 'node:crypto';
import type { ClipClient, ClipModel, EncodeOutcome } from '@clip-watch/clip-client';
import { errorMessage } from '../error-code.js';
import type { DecodeHost } from '../picture-types.js';
import { targetOf, toPayload } from './picture-step.js';

// A 96-pixel baseline JPEG: a red and a green gradient over a blue chequerboard.
const KNOWN_GOOD_JPEG: Buffer = Buffer.from(
  [
    '/9j/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4r',
    'K06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCABgAGADASIAAhEBAxEB/8QAGQABAQEB',
    'AQEAAAAAAAAAAAAAAgMBBQQG/8QAFRABAQAAAAAAAAAAAAAAAAAAAQD/xAAZAQEBAQEBAQAAAAAAAAAAAAAFAgQDBgD/xAAWEQEBAQAAAAAAAAAA',
    'AAAAAAABAAL/2gAMAwEAAhEDEQA/APnQkEgtCtb7LUCQSCQSq1ZbzhIJBIIZbVlqBILQkEqtWWgEgkEghltWWYSCQSCUWrLc4JBaEgu63nMtAJBI',
    'JBDLasswkEgkEqtWWgEgtCQQy2rLUCQSCQSi1ZbzhIJBIIZbVlucEgtCQXdbzeWoEgkEglVry3nCQSCQQy2rLMJBIJBKLVloBIJBIIZbVlmEgkEg',
    'lVqy3OC0JBILut5vLQCQSCQQy2rLMJBIJBKLXloBaEgkEMtqy1AkEgtCVWrLQCQSCQQy2rLc4JBaEgu63m8tQJBIJBKLVlvOEgkEgh1tWWYSCQSC',
    'UWvLQCQSCQQy2rLMJBIJBKrVlucFoSCQXZbzeWgEgkEgh1tWWYSCQSCUWrLQC0JBIIZbVlqBILQkEqteWgEgkEghltWW/9k=',
  ].join(''),
  'base64',
);

export type KnownGoodVerdict =
  | { readonly kind: 'good' }
  /** The decoder or the encoder refuses a picture that is certainly valid. */
  | { readonly kind: 'bad'; readonly message: string }
  /** Nobody answered. */
  | { readonly kind: 'unknown'; readonly message: string };

/** Decodes and encodes a built-in picture exactly as if it were a photo. Never throws. */
export async function probeKnownGood(options: {
  readonly clipClient: ClipClient;
  readonly decodeHost: Pick<DecodeHost, 'prepareBytes'>;
  readonly model: ClipModel;
  readonly signal: AbortSignal;
}): Promise<KnownGoodVerdict> {
  try {
    const picture = await options.decodeHost.prepareBytes(KNOWN_GOOD_JPEG, targetOf(options.model), {
      signal: options.signal,
    });
    if (picture.kind === 'failed') return { kind: 'bad', message: `the decoder says ${picture.reason}` };
    if (picture.kind === 'changed') return { kind: 'bad', message: 'the decoder saw other bytes' };
    const contentHash = createHash('sha256').update(KNOWN_GOOD_JPEG).digest('hex');
    const image = { imageId: 0, ref: { contentHash }, payload: toPayload(picture) };
    return await firstVerdict(options.clipClient.encodeImages([image], { signal: options.signal }));
  } catch (error) {
    return { kind: 'unknown', message: errorMessage(error) };
  }
}

async function firstVerdict(outcomes: AsyncIterable<EncodeOutcome>): Promise<KnownGoodVerdict> {
  for await (const outcome of outcomes) {
    if (outcome.kind === 'encoded') return { kind: 'good' };
    const message = `the encoder says ${outcome.reason}`;
    return { kind: outcome.kind === 'permanent' ? 'bad' : 'unknown', message };
  }
  return { kind: 'unknown', message: 'the encoder gave no answer' };
}
