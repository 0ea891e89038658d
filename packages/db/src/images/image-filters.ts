import { cameraName } from '../camera-name.js';
import type { DaoContext } from '../dao-context.js';
import { listLibraryIds } from '../library-dao.js';
import { LIST_MONTHS, NEXT_CAMERA_MAKE, NEXT_CAMERA_MODEL } from '../sql/list-images.js';
import type { ReadingDao } from './image-reading-types.js';

/** What lists and searches can be narrowed to. */
export function createFilterDao(context: DaoContext): Pick<ReadingDao, 'cameras' | 'months'> {
  const { lane } = context;

  async function camerasOf(make: string | null): Promise<string[]> {
    const names: string[] = [];
    for (let after = ''; ; ) {
      const place = { make, after };
      const [next] = await lane.read((sql) => sql.all(NEXT_CAMERA_MODEL, place));
      if (next === undefined) return names;
      after = next.camera_model;
      names.push(cameraName(make, after) ?? after);
    }
  }

  return {
    async cameras() {
      const names = new Set(await camerasOf(null));
      for (let after = ''; ; ) {
        const place = { after };
        const [next] = await lane.read((sql) => sql.all(NEXT_CAMERA_MAKE, place));
        if (next === undefined) return [...names].sort((a, b) => a.localeCompare(b));
        after = next.camera_make;
        for (const name of await camerasOf(after)) names.add(name);
      }
    },
    async months() {
      const months = new Set<string>();
      for (const libraryId of await listLibraryIds(context)) {
        const rows = await lane.read((sql) => sql.all(LIST_MONTHS, { libraryId }));
        for (const { month } of rows) months.add(month);
      }
      return [...months].sort().reverse();
    },
  };
}
