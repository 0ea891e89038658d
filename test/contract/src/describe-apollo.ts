import { type ClipModel, createClipClient } from '@clip-watch/clip-client';
import type { EncodeImagesResponse__Output, ModelInfo__Output } from '@clip-watch/proto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect, contentHash, cosine, imageToEncode, vectorOf, wireItem } from './pictures.js';
import { openRawPeer, type RawPeer } from './raw-peer.js';

/** A running server of the contract. */
export interface RunningApollo extends AsyncDisposable {
  readonly address: string;
}

const COUNT = 24;
const results = (messages: readonly EncodeImagesResponse__Output[]) => messages.flatMap(({ result }) => result ?? []);
const isAccepted = ({ response }: EncodeImagesResponse__Output): boolean => response === 'accepted';
const isResult = ({ response }: EncodeImagesResponse__Output): boolean => response === 'result';

/**
 * What the contract's comments promise, for any server of it. `start` is called once; the server is closed at the end.
 */
export function describeApollo(name: string, start: () => Promise<RunningApollo>): void {
  describe(`the contract, kept by ${name}`, () => {
    let apollo: RunningApollo;
    let peer: RawPeer;
    let info: ModelInfo__Output;

    beforeAll(async () => {
      apollo = await start();
      peer = openRawPeer(apollo.address);
      info = (await peer.getModelInfo({})).model!;
    }, 60_000);
    afterAll(async () => {
      peer?.[Symbol.dispose]();
      await apollo?.[Symbol.asyncDispose]();
    });

    describe('by the client of this project', () => {
      const withClient = async (
        run: (client: ReturnType<typeof createClipClient>, model: ClipModel) => Promise<void>,
      ) => {
        await using client = createClipClient({ addresses: [apollo.address] });
        await run(client, await client.whenReady());
      };

      test('every image ends in one unit vector of the model in force', () =>
        withClient(async (client, model) => {
          const side = model.pixels!.inputSize;
          const images = Array.from({ length: COUNT }, (_, i) => imageToEncode(i + 1, side));
          const outcomes = await collect(client.encodeImages(images));
          expect(outcomes.map(({ imageId }) => imageId).sort((a, b) => a - b)).toEqual(
            images.map(({ imageId }) => imageId),
          );
          for (const outcome of outcomes)
            expect(outcome).toMatchObject({
              kind: 'encoded',
              modelVersion: model.version,
              contentHash: contentHash(outcome.imageId),
            });
        }));

      test('the same pixels give the same vector, other pixels another one', () =>
        withClient(async (client, model) => {
          const side = model.pixels!.inputSize;
          const twice = [1, 2].map((imageId) => ({ ...imageToEncode(5, side), imageId }));
          const [first, second] = await collect(client.encodeImages(twice));
          const [other] = await collect(client.encodeImages([imageToEncode(9, side)]));
          if (first?.kind !== 'encoded' || second?.kind !== 'encoded' || other?.kind !== 'encoded')
            throw new Error('not encoded');
          expect(cosine(first.embedding, second.embedding)).toBeGreaterThanOrEqual(0.999);
          expect(cosine(first.embedding, other.embedding)).toBeLessThan(0.9999);
        }));

      test('a file that is no picture is refused for good, its neighbours are encoded', () =>
        withClient(async (client, model) => {
          const side = model.pixels!.inputSize;
          const data = new Uint8Array(2000).fill(7);
          const junk = {
            ...imageToEncode(2, side),
            payload: { kind: 'encoded' as const, data, mediaType: 'image/jpeg' },
          };
          const outcomes = await collect(client.encodeImages([imageToEncode(1, side), junk, imageToEncode(3, side)]));
          const kinds = new Map(outcomes.map(({ imageId, kind }) => [imageId, kind]));
          expect(kinds).toEqual(
            new Map([
              [1, 'encoded'],
              [2, 'permanent'],
              [3, 'encoded'],
            ] as const),
          );
        }));

      test('texts lie in the same space, in their order', () =>
        withClient(async (client, model) => {
          expect(model.supportsText).toBe(true);
          const { embeddings, modelVersion } = await client.encodeTexts(['red', 'blue', 'red']);
          expect(modelVersion).toBe(model.version);
          expect(embeddings.map(({ length }) => length)).toEqual([model.dimension, model.dimension, model.dimension]);
          expect(cosine(embeddings[0]!, embeddings[2]!)).toBeGreaterThanOrEqual(0.999);
          expect(cosine(embeddings[0]!, embeddings[1]!)).toBeLessThan(0.9999);
        }));

      test('a pinned version that is not served is refused with the version that is', async () => {
        await using client = createClipClient({ addresses: [apollo.address], modelVersion: 'nobody-serves-this' });
        await expect(client.whenReady()).rejects.toMatchObject({
          code: 'MISCONFIGURED',
          message: expect.stringContaining(info.version),
        });
      });
    });

    describe('on the wire', () => {
      const open = { open: { client_name: 'contract' } };
      const item = (number: number) => ({ item: wireItem(number, info.input_size) });

      test('accepted comes first, with a window and the model that GetModelInfo names', async () => {
        const { messages, status } = await peer.stream(async ({ next, send }) => {
          send(open);
          await next(isAccepted);
        });
        expect(status).toBe('OK');
        expect(messages[0]?.accepted?.max_in_flight).toBeGreaterThanOrEqual(1);
        expect(messages[0]?.accepted?.model).toMatchObject({
          version: info.version,
          embedding_dim: info.embedding_dim,
        });
        expect(info).toMatchObject({ version: expect.stringMatching(/./), embedding_dim: expect.any(Number) });
      });

      test('what is held at the half-close is still answered, each once, then OK', async () => {
        const { messages, status } = await peer.stream(async ({ next, send }) => {
          send(open);
          const { accepted } = await next(isAccepted);
          for (let id = 1; id <= accepted!.max_in_flight; id++) send(item(id));
        });
        expect(status).toBe('OK');
        const ids = results(messages).map(({ request_id }) => request_id);
        expect(ids.sort((a, b) => a - b)).toEqual(
          Array.from({ length: messages[0]!.accepted!.max_in_flight }, (_, i) => i + 1),
        );
        for (const result of results(messages)) {
          expect(result).toMatchObject({ content_hash: contentHash(result.request_id), outcome: 'embedding' });
          expect(result.embedding).toMatchObject({ dim: info.embedding_dim, model_version: info.version });
          expect(result.embedding?.values_f32le.length).toBe(4 * info.embedding_dim);
        }
      });

      test('an item before open breaks the protocol', async () => {
        expect((await peer.stream(({ send }) => send(item(1)))).status).toBe('INVALID_ARGUMENT');
      });

      test('a second open breaks the protocol', async () => {
        const { status } = await peer.stream(async ({ next, send }) => {
          send(open);
          await next(isAccepted);
          send(open);
        });
        expect(status).toBe('INVALID_ARGUMENT');
      });

      test('an id used again breaks the protocol', async () => {
        const { status } = await peer.stream(async ({ next, send }) => {
          send(open);
          await next(isAccepted);
          send(item(1));
          send(item(1));
        });
        expect(status).toBe('INVALID_ARGUMENT');
      });

      test('a version that is not served fails the precondition, on every call', async () => {
        const model = { version: 'nobody-serves-this' };
        expect((await peer.stream(({ send }) => send({ open: { model } }))).status).toBe('FAILED_PRECONDITION');
        await expect(peer.getModelInfo({ model })).rejects.toMatchObject({ code: 9 });
        await expect(peer.encodeImage({ model, item: wireItem(1, info.input_size) })).rejects.toMatchObject({
          code: 9,
        });
        await expect(peer.encodeTexts({ model, texts: ['red'] })).rejects.toMatchObject({ code: 9 });
      });

      test.each([
        ['without a payload', () => ({ request_id: 1, ref: { content_hash: 'a' } })],
        ['of another size', () => wireItem(1, info.input_size - 1)],
        [
          'with a byte too few',
          () => ({
            ...wireItem(1, info.input_size),
            rgb: { width: info.input_size, height: info.input_size, data: Buffer.alloc(11) },
          }),
        ],
      ])('an item %s is our own fault, and the stream goes on', async (_, broken) => {
        const { messages, status } = await peer.stream(async ({ next, send }) => {
          send(open);
          await next(isAccepted);
          send({ item: broken() });
          await next(isResult);
          send(item(2));
        });
        expect(status).toBe('OK');
        expect(results(messages)).toMatchObject([
          { request_id: 1, outcome: 'error', error: { reason: 'ERROR_REASON_INVALID_ITEM', retry: 'RETRY_LATER' } },
          { request_id: 2, outcome: 'embedding' },
        ]);
      });

      test('a cancelled item is answered once, an unknown cancel not at all', async () => {
        const { messages, status } = await peer.stream(async ({ next, send }) => {
          send(open);
          await next(isAccepted);
          send(item(1));
          send({ cancel: { request_id: 1 } });
          send({ cancel: { request_id: 77 } });
        });
        expect(status).toBe('OK');
        expect(results(messages).map(({ request_id }) => request_id)).toEqual([1]);
      });

      test('EncodeImage gives the vector of the stream, and echoes', async () => {
        const { messages } = await peer.stream(async ({ next, send }) => {
          send(open);
          await next(isAccepted);
          send(item(4));
        });
        const { result } = await peer.encodeImage({ item: { ...wireItem(4, info.input_size), request_id: 99 } });
        expect(result).toMatchObject({ request_id: 99, content_hash: contentHash(4) });
        expect(cosine(vectorOf(result), vectorOf(results(messages)[0]))).toBeGreaterThanOrEqual(0.999);
      });

      test('EncodeTexts answers by index, without a hash', async () => {
        const answer = await peer.encodeTexts({ texts: ['a', 'b', 'c'] });
        expect(answer.results.map(({ content_hash, request_id }) => [request_id, content_hash])).toEqual([
          [0, ''],
          [1, ''],
          [2, ''],
        ]);
      });
    });
  });
}
