import { chaosScript, startMockApollo } from '@clip-watch/apollo-mock';
import { expect, test } from 'vitest';
import { createClipClientOf } from './clip-client.js';
import { ClipClientError } from './errors.js';
import { collect, describeOutcome, solidImages } from './testing/images.js';
import { SHORT_TIMING } from './testing/timing.js';
import type { ImageToEncode } from './types.js';

const COUNT = 300;

test.each([1, 2, 3])(
  'seed %i: two encoders that go wrong in every way lose nothing and fail nothing',
  async (seed) => {
    await using one = await startMockApollo({ onItem: chaosScript(seed, 0.05), delayMs: 1 });
    await using two = await startMockApollo({ onItem: chaosScript(seed + 100, 0.05), delayMs: 1 });
    const addresses = [one.address, two.address];
    await using client = createClipClientOf({ addresses, itemTimeoutMs: 2_000 }, { timing: SHORT_TIMING });
    const left = new Map(solidImages(COUNT).map((image) => [image.imageId, image]));
    for (let round = 0; left.size > 0; round++) {
      expect(round, 'rounds').toBeLessThan(200);
      const taken: number[] = [];
      const images = function* (): Generator<ImageToEncode> {
        for (const image of [...left.values()]) {
          taken.push(image.imageId);
          yield image;
        }
      };
      const { error, outcomes } = await collect(client.encodeImages(images()));
      expect(outcomes.map(({ imageId }) => imageId).sort()).toEqual(taken.sort());
      expect(outcomes.map(describeOutcome)).not.toContainEqual(expect.stringContaining('permanent'));
      for (const outcome of outcomes) if (outcome.kind === 'encoded') left.delete(outcome.imageId);
      if (error !== undefined) expect(error).toBeInstanceOf(ClipClientError);
      if (left.size > 0) await client.whenReady();
    }
    expect([...one.counters.breaches, ...two.counters.breaches]).toEqual([]);
  },
  60_000,
);
