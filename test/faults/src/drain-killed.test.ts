import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { addPhotos, numbered, openDrainRig, until } from './drain-rig.js';

const CHILD = fileURLToPath(new URL('../dist/drain-killed-child.js', import.meta.url));
const PHOTOS = 300;
const PHOTOS_A_RUN = 30;

test('killed in the middle of a drain, five times: every photo is encoded, work resumes at once, nothing counts as a crash', async () => {
  let allowed = 0;
  await using rig = await openDrainRig({
    apollo: { onItem: ({ serial }) => (serial > allowed ? { kind: 'silent' } : undefined) },
  });
  await addPhotos(rig, numbered(PHOTOS));
  for (let kills = 0; kills < 5; kills += 1) {
    allowed = rig.apollo.counters.items + PHOTOS_A_RUN;
    const before = (await rig.database.images.counters()).encoded;
    const child = fork(CHILD, [join(rig.folder, 'test.db'), rig.apollo.address], { stdio: 'inherit' });
    await until(async () => (await rig.database.images.counters()).encoded > before);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  allowed = Number.POSITIVE_INFINITY;
  const { encoded } = await rig.database.images.counters();
  expect(encoded).toBeLessThan(PHOTOS);
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: PHOTOS - encoded, failed: 0 });
  const { items } = await rig.database.images.pageImages({ libraryId: rig.libraryId, limit: PHOTOS });
  expect(items.filter(({ clip }) => clip.crashes > 0)).toEqual([]);
});
