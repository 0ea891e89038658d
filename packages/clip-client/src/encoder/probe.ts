import type { StreamAccepted__Output } from '@clip-watch/proto';
import { ApolloCallError, type ApolloChannel } from '../apollo-channel.js';
import type { Handshake } from './model-handshake.js';
import type { StreamEnd } from './retry-policy.js';

/** Asks the health service before a stream is opened. @returns why not to open one, or undefined */
export async function checkServing(channel: ApolloChannel, timeoutMs: number): Promise<StreamEnd | undefined> {
  try {
    const answer = await channel.checkHealth({ timeoutMs });
    return answer === 'not_serving' ? { kind: 'not_serving', message: 'the encoder has no model ready' } : undefined;
  } catch (error) {
    if (!(error instanceof ApolloCallError)) throw error;
    return { kind: 'status', status: error.status, details: error.message };
  }
}

export interface RefusedStream {
  readonly end: StreamEnd;
  readonly judge: (accepted: Pick<StreamAccepted__Output, 'model'>) => Handshake;
  readonly timeoutMs: number;
}

/**
 * FAILED_PRECONDITION only says that the wanted model is not there; what is there makes the sentence that a person needs.
 * @returns the end with that sentence, or as it was when the server will not say
 */
export async function explainRefusal(
  channel: ApolloChannel,
  { end, judge, timeoutMs }: RefusedStream,
): Promise<StreamEnd> {
  try {
    const { model } = await channel.getModelInfo({}, { timeoutMs });
    const handshake = judge({ model });
    return handshake.kind === 'refused' ? { kind: 'refused', message: handshake.message } : end;
  } catch (error) {
    if (!(error instanceof ApolloCallError)) throw error;
    return end;
  }
}
