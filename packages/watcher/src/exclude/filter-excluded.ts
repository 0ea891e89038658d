import type { ClipCandidate } from '../clip-backlog.js';
import { isImageFile } from './file-types.js';

export type SkipReason = 'excluded' | 'not_an_image_name';

export interface FilteredPage {
  readonly kept: readonly ClipCandidate[];
  readonly skipped: readonly { readonly candidate: ClipCandidate; readonly reason: SkipReason }[];
}

/**
 * Drops candidates that the current rules exclude, and those whose names are no image's. The scan did the same, but the
 * rules may have changed since.
 */
export function filterExcluded(
  candidates: readonly ClipCandidate[],
  excluder: { excludes(relPath: string): boolean },
): FilteredPage {
  const kept: ClipCandidate[] = [];
  const skipped: { candidate: ClipCandidate; reason: SkipReason }[] = [];
  for (const candidate of candidates) {
    const reason = skipReasonOf(candidate.relPath, excluder);
    if (reason === undefined) kept.push(candidate);
    else skipped.push({ candidate, reason });
  }
  return { kept, skipped };
}

function skipReasonOf(relPath: string, excluder: { excludes(relPath: string): boolean }): SkipReason | undefined {
  if (excluder.excludes(relPath)) return 'excluded';
  return isImageFile(relPath) ? undefined : 'not_an_image_name';
}
