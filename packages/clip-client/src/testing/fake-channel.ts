import type { EncodeImagesResponse__Output } from '@clip-watch/proto';
import { ApolloCallError, type ApolloChannel, type OpenChannel } from '../apollo-channel.js';

/** An encoder without a network: off until `isDown` is false, then it answers every item by the next tick. */
export interface FakeEncoder {
  readonly openChannel: OpenChannel;
  /** Calls that a real one would have been asked for. */
  calls: number;
  isDown: boolean;
}

const VECTOR = Buffer.from(new Float32Array([1, 0]).buffer);

export function fakeEncoder(): FakeEncoder {
  const fake: FakeEncoder = { openChannel: () => channel, calls: 0, isDown: true };
  const answer = async (): Promise<never> => {
    fake.calls++;
    throw new ApolloCallError('UNAVAILABLE', 'connect ECONNREFUSED');
  };
  const channel: ApolloChannel = {
    checkHealth: () => (fake.isDown ? answer() : Promise.resolve('serving')),
    getModelInfo: answer,
    encodeImage: answer,
    encodeTexts: answer,
    openStream: ({ message }) => ({
      write: (request) => {
        fake.calls++;
        queueMicrotask(() => {
          if (request.open) message(ACCEPTED);
          if (request.item)
            message({
              response: 'result',
              result: {
                request_id: request.item.request_id ?? 0,
                content_hash: request.item.ref?.content_hash ?? '',
                outcome: 'embedding',
                embedding: { values_f32le: VECTOR, dim: 2, model_version: 'v1' },
                duration_ms: 1,
                queue_ms: 0,
              },
            });
        });
        return true;
      },
      halfClose: () => {},
      cancel: () => {},
    }),
    close: () => {},
  };
  return fake;
}

const ACCEPTED: EncodeImagesResponse__Output = {
  response: 'accepted',
  accepted: {
    model: {
      name: 'fake',
      version: 'v1',
      embedding_dim: 2,
      normalized: true,
      input_size: 224,
      preprocessing: {
        resize_mode: 'RESIZE_MODE_STRETCH',
        resample_filter: 'RESAMPLE_FILTER_BICUBIC',
        mean: [],
        std: [],
        resize_size: 0,
      },
      accepted_media_types: [],
      supports_text: false,
      max_text_tokens: 0,
      limits: null,
      state: 'MODEL_STATE_READY',
    },
    max_in_flight: 16,
    server_version: '',
    server_instance_id: '',
    heartbeat_ms: 0,
  },
};
