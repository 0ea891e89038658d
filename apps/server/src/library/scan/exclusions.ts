import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImageExifDao } from '@clip-watch/db';
import { isImageFile } from '@clip-watch/watcher';
import type { WalkRules } from './walk-library.js';

const ROWS_PER_PAGE = 500;

/** Applies the current exclude rules to all rows of a library, in batches. Rows that are hidden keep their vectors. */
export async function reevaluateExclusions(
  images: Pick<ImageExifDao, 'pageForExclusion' | 'setSkipped'>,
  libraryId: number,
  rules: Pick<WalkRules, 'excludes'>,
  signal?: AbortSignal,
): Promise<{ readonly hidden: number; readonly shown: number }> {
  let afterId = 0;
  let hidden = 0;
  let shown = 0;
  for (;;) {
    signal?.throwIfAborted();
    const rows = await images.pageForExclusion({ libraryId, afterId, limit: ROWS_PER_PAGE });
    if (rows.length === 0) return { hidden, shown };
    afterId = rows.at(-1)!.id;
    const changes = rows.flatMap((row) => changeOf(row, rules));
    hidden += changes.filter(({ skipReason }) => skipReason !== null).length;
    shown += changes.filter(({ skipReason }) => skipReason === null).length;
    if (changes.length > 0) await images.setSkipped(changes);
    await nextTurn();
  }
}

function changeOf(
  row: { readonly id: number; readonly relPath: string; readonly status: string },
  rules: Pick<WalkRules, 'excludes'>,
): readonly { readonly id: number; readonly skipReason: string | null }[] {
  const skipReason = rules.excludes(row.relPath) ? 'excluded' : isImageFile(row.relPath) ? null : 'not_an_image_name';
  const isSkipped = row.status === 'skipped';
  return isSkipped === (skipReason !== null) ? [] : [{ id: row.id, skipReason }];
}
