import { expect, test } from 'vitest';
import { addPhotos, numbered, openDrainRig, until } from './drain-rig.js';

test('a slow page keeps its lease: nobody else takes its rows, and no crash is counted', async () => {
  await using rig = await openDrainRig({ apollo: { delayMs: 400, workers: 1 }, drain: { leaseMs: 1_000 } });
  await addPhotos(rig, numbered(6));
  const slow = rig.drain.drainOnce();
  await until(() => rig.apollo.counters.items > 0);
  const other = rig.createDrain();
  // Past the lease as it was first given.
  await until(async () => (await rig.database.images.counters()).encoded > 2);
  expect(await other.drainOnce()).toMatchObject({ encoded: 0 });
  expect(await slow).toMatchObject({ end: 'done', encoded: 6 });
  await other.close();
  expect(rig.apollo.counters.items).toBe(6);
});

test('two drains on one database share the work: no photo is encoded twice', async () => {
  await using rig = await openDrainRig({ apollo: { delayMs: 1 }, drain: { pageSize: 20 } });
  await addPhotos(rig, numbered(400));
  const other = rig.createDrain();
  const results = await Promise.all([rig.drain.drainOnce(), other.drainOnce()]);
  await other.close();
  expect(results.reduce((sum, { encoded }) => sum + encoded, 0)).toBe(400);
  expect(rig.apollo.counters.items).toBe(400);
});

test('an aborted pass ends early and gives its claims back', async () => {
  await using rig = await openDrainRig({ apollo: { delayMs: 5 } });
  await addPhotos(rig, numbered(300));
  const stop = new AbortController();
  const pass = rig.drain.drainOnce({ signal: stop.signal });
  await until(() => rig.apollo.counters.items > 10);
  stop.abort();
  const { end, encoded } = await pass;
  expect(end).toBe('stopped');
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 300 - encoded });
});
