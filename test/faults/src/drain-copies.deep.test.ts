import { expect, test } from 'vitest';
import { addPhotos, openDrainRig, photoFacts, sha256 } from './drain-rig.js';

test('100,000 copies of 10 pictures: 10 encodes', async () => {
  await using rig = await openDrainRig();
  for (let from = 0; from < 100_000; from += 5_000) {
    const photos = Array.from({ length: 5_000 }, (_, index) =>
      photoFacts(from + index, { contentHash: sha256(`picture ${(from + index) % 10}`) }),
    );
    await addPhotos(rig, photos);
  }
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 10 });
  expect(rig.apollo.counters.items).toBe(10);
  expect(await rig.database.images.counters()).toMatchObject({ encoded: 100_000, pending: 0 });
}, 600_000);
