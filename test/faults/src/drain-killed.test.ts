import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { addPhotos, type DrainRig, numbered, openDrainRig, until } from './drain-rig.js';

const CHILD = fileURLToPath(new URL('drain-killed-child.mjs', import.meta.url));
const KILLS = 3;
const PHOTOS_A_RUN = 20;
const PHOTOS = 150;

/** A drain in a process of its own. Its end is the test's end, whatever happens before. */
function startChild(rig: DrainRig): ChildProcess & AsyncDisposable {
  const child = fork(CHILD, [join(rig.folder, 'test.db'), rig.apollo.address], { execArgv: [] });
  const gone = once(child, 'exit');
  return Object.assign(child, {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone;
    },
  });
}

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
    await using _child = startChild(rig);
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
