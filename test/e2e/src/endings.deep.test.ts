import { type MockApollo, seededRandom, startMockApollo } from '@clip-watch/apollo-mock';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { ACTIVITIES, expectCleanEnding, writePhotos } from './endings.js';

const ROUNDS = 20;

describe.skipIf(process.platform !== 'linux')(
  'twenty servers, each stopped at a moment of its own in the middle of',
  () => {
    const photos = tempFolder();
    const random = seededRandom(170);
    let apollo: MockApollo;
    beforeAll(async () => {
      await writePhotos(photos.path, 60);
      apollo = await startMockApollo({ delayMs: 20, workers: 4 });
    });
    afterAll(async () => {
      await apollo.close();
      photos[Symbol.dispose]();
    });

    test.each([...ACTIVITIES.map((activity) => [activity]), [...ACTIVITIES]])('%s', async (...activities) => {
      for (let round = 0; round < ROUNDS; round++)
        await expectCleanEnding({ activities, photos: photos.path, apollo, random });
    });
  },
);
