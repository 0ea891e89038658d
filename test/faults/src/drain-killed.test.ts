import { expect, test } from 'vitest';
import { startDrainProcess } from './drain-process.js';
import { addPhotos, numbered, openDrainRig, until } from './drain-rig.js';

const KILLS = 3;
const PHOTOS_A_RUN = 20;
const PHOTOS = 150;

test('killed in the middle of a drain, again and again: work resumes at once, every photo is encoded, no crash is counted', async () => {
  let allowed = 0;
  await using rig = await openDrainRig({
    apollo: { onItem: ({ serial }) => (serial > allowed ? { kind: 'silent' } : undefined) },
  });
  await addPhotos(rig, numbered(PHOTOS));
  const encodedNow = async () => (await rig.database.images.counters()).encoded;
  for (let kills = 0; kills < KILLS; kills += 1) {
    allowed = rig.apollo.counters.items + PHOTOS_A_RUN;
    const before = await encodedNow();
    await using _process = startDrainProcess(rig);
    await until(async () => (await encodedNow()) > before);
  }
  allowed = Number.POSITIVE_INFINITY;
  const encoded = await encodedNow();
  expect(encoded).toBeLessThan(PHOTOS);
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: PHOTOS - encoded, failed: 0 });
  const { items } = await rig.database.images.pageImages({ libraryId: rig.libraryId, limit: PHOTOS });
  expect(items).toHaveLength(PHOTOS);
  expect(items.filter(({ clip }) => clip.crashes > 0)).toEqual([]);
}, 90_000);
