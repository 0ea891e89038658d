import { badDisk, badDiskLibrary, tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { startDrainProcess } from './drain-process.js';
import { addPhotos, numbered, openDrainRig, until } from './drain-rig.js';

const tools = tempFolder();
const library = badDiskLibrary(tools.path) ?? '';
process.once('exit', () => tools[Symbol.dispose]());

const PHOTOS = 300;
const GOOD_ANSWERS = 120;

describe.skipIf(library === '')("the database's disk, in the middle of a drain, is", () => {
  test.each([
    ['full', /disk is full/],
    ['read-only', /read-only/],
  ] as const)(
    '%s: the drain waits and says so, marks no photo, and goes on by itself',
    async (state, reason) => {
      using disk = badDisk(library);
      const turnBad = ({ serial }: { readonly serial: number }): undefined => {
        if (serial === GOOD_ANSWERS) disk.become(state);
      };
      await using rig = await openDrainRig({ folder: disk.path, apollo: { onItem: turnBad } });
      await addPhotos(rig, numbered(PHOTOS));
      await using drain = startDrainProcess(rig, disk.env);
      const { images } = rig.database;
      await until(async () => {
        const status = await drain.status();
        return status.state === 'waiting' && reason.test(status.reason ?? '');
      });
      const { encoded, failed } = await images.counters();
      expect(encoded).toBeLessThan(PHOTOS);
      expect(failed).toBe(0);

      disk.become('well');
      await until(async () => (await images.counters()).pending === 0);
      expect(await images.counters()).toMatchObject({ encoded: PHOTOS, failed: 0 });
      const { items } = await images.pageImages({ libraryId: rig.libraryId, limit: PHOTOS });
      expect(items.filter(({ clip }) => clip.crashes > 0 || clip.attempts > 0)).toEqual([]);
    },
    90_000,
  );
});
