import type { ImageRow } from '@clip-watch/db';
import { reasonRule } from '@clip-watch/watcher';
import type { ApiClipExplanation, ApiFailure } from '../api/index.js';

export interface ExplainContext {
  readonly libraryState: 'online' | 'offline' | 'paused';
  /** One sentence on why nothing is being encoded; null when it is. */
  readonly standstill: string | null;
  readonly activeModelVersion: string | null;
  readonly now: number;
}

/** Explains to people why a photo is searchable, or why not. */
export function explainImage(row: ImageRow, context: ExplainContext): ApiClipExplanation {
  const { clip } = row;
  return {
    id: row.id,
    libraryId: row.libraryId,
    relPath: row.relPath,
    searchable: isSearchable(row, context.activeModelVersion),
    explanation: explanationOf(row, context),
    status: clip.status,
    quality: clip.quality,
    modelVersion: clip.modelVersion,
    encodedAt: clip.encodedAt,
    attempts: clip.attempts,
    crashes: clip.crashes,
    nextAttemptAt: clip.nextAttemptAt,
    errorClass: clip.errorClass,
    errorReason: clip.errorReason,
    errorMessage: clip.errorMessage,
    remedy: reasonRule(clip.errorReason)?.remedy ?? null,
  };
}

/** By its own vector or, after a change of models, by a new one that has not been carried over yet. */
export function isSearchable({ missingSince, clip }: ImageRow, activeModelVersion: string | null): boolean {
  if (missingSince !== null || clip.status !== 'encoded' || activeModelVersion === null) return false;
  const isWaiting = clip.nextAttemptAt === null && clip.errorClass === null;
  return clip.modelVersion === activeModelVersion || (clip.nextModelVersion === activeModelVersion && isWaiting);
}

function explanationOf(row: ImageRow, context: ExplainContext): string {
  if (row.missingSince !== null)
    return 'The file was not there at the last scan, so the photo is hidden. It comes back with the file; after 30 days it is forgotten.';
  switch (row.clip.status) {
    case 'encoded':
      return encodedText(row, context.activeModelVersion);
    case 'skipped':
      return row.clip.errorReason === 'excluded'
        ? 'The photo lies in an excluded folder, so it is neither read nor shown in searches.'
        : 'The name is not that of a picture, so the file is not encoded.';
    case 'failed':
      return `The photo could not be encoded: ${detailOf(row)}. It is not tried again for the same bytes, unless you ask.`;
    case 'pending':
      return pendingText(row, context);
  }
}

function encodedText(row: ImageRow, activeModelVersion: string | null): string {
  if (!isSearchable(row, activeModelVersion))
    return `The photo was encoded by another model than the one that is searched, so it is not found before the change to the other model is done.${troubleText(row)}`;
  if (row.clip.quality === 'preview')
    return `The photo is searchable. It was encoded from the camera's preview inside the file.${troubleText(row)}`;
  if (row.clip.quality === 'low')
    return 'The photo is searchable, but was encoded from a small picture: it may be ranked lower than it should.';
  return `The photo is searchable.${troubleText(row)}`;
}

/** A photo that is encoded can only have failed in the model that photos change to. */
function troubleText(row: ImageRow): string {
  if (row.clip.errorReason === null) return '';
  const when = row.clip.nextAttemptAt === null ? 'After the change it is not' : 'It is tried again before it is';
  return ` In the model that photos change to it could not be encoded: ${detailOf(row)}. ${when} found by that one.`;
}

function pendingText(row: ImageRow, { libraryState, standstill, now }: ExplainContext): string {
  const { clip } = row;
  if (libraryState === 'offline') return 'The photo waits: its library is offline.';
  if (clip.claimedUntil !== null && clip.claimedUntil > now) return 'The photo is being encoded right now.';
  const failed = clip.errorReason === null ? '' : ` The last try failed: ${detailOf(row)}.`;
  if (standstill !== null) return `The photo waits to be encoded. ${standstill}${failed}`;
  if (clip.nextAttemptAt !== null && clip.nextAttemptAt > now)
    return `The photo waits for another try at ${new Date(clip.nextAttemptAt).toISOString()}.${failed}`;
  return `The photo waits for its turn.${failed}`;
}

function detailOf(row: ImageRow): string {
  return (row.clip.errorMessage ?? row.clip.errorReason ?? 'no reason was noted').replace(/\.$/, '');
}

export function toApiFailure(row: ImageRow): ApiFailure {
  const { clip } = row;
  return {
    id: row.id,
    libraryId: row.libraryId,
    relPath: row.relPath,
    status: clip.status === 'failed' ? 'failed' : 'pending',
    errorClass: clip.errorClass ?? 'bug',
    reason: clip.errorReason ?? 'unknown',
    message: clip.errorMessage ?? '',
    remedy: reasonRule(clip.errorReason)?.remedy ?? null,
    attempts: clip.attempts,
    nextAttemptAt: clip.nextAttemptAt,
  };
}
