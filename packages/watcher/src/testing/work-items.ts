/** Made-up work for the table tests of the drain's rules. */
import type { EncodedOutcome } from '@clip-watch/clip-client';
import type { ClipCandidate, ClipFailure } from '../clip-backlog.js';
import type { LedgerEntry, WorkItem } from '../ledger-entry.js';
import type { PlanFacts } from '../pass/drain-plan.js';

export const NOW = 1_800_000_000_000;

export function workItem(candidate: Partial<ClipCandidate> = {}, libraryId = 1): WorkItem {
  const id = candidate.id ?? 7;
  return {
    candidate: {
      id,
      libraryId,
      relPath: `2024/${id}.jpg`,
      contentHash: `hash-${id}`,
      fileSize: 1_000,
      modifiedAtMs: NOW - 1_000,
      attempts: 0,
      deferrals: 0,
      crashes: 0,
      ...candidate,
    },
    token: 'token',
    library: { id: libraryId, name: 'Family', rootPath: '/photos', rootIdentity: null, excludedDirs: [] },
    alone: false,
  };
}

/** Random is always at its top: a delay is the longest that the rule allows. */
export function facts(change: Partial<PlanFacts> = {}): PlanFacts {
  return { decoderVersion: 'd1', outages: 0, now: NOW, random: () => 0.999_999, ...change };
}

export function encoded(change: Partial<EncodedOutcome> = {}): EncodedOutcome {
  const embedding = Float32Array.of(0.6, 0.8);
  return {
    kind: 'encoded',
    imageId: 7,
    contentHash: 'hash-7',
    embedding,
    modelVersion: 'm1',
    durationMs: 8,
    ...change,
  };
}

export function failureEntry(
  row: Partial<ClipFailure> = {},
  item: WorkItem = workItem(),
): Extract<LedgerEntry, { kind: 'failure' }> {
  const { id, contentHash } = item.candidate;
  return {
    kind: 'failure',
    item,
    row: {
      imageId: id,
      contentHash,
      token: item.token,
      errorClass: 'photo',
      reason: 'undecodable',
      message: '',
      final: true,
      countsAttempt: true,
      nextAttemptAt: null,
      decoderVersion: 'd1',
      ...row,
    },
  };
}

export function embeddingEntry(item: WorkItem = workItem()): LedgerEntry {
  const { id, contentHash } = item.candidate;
  const embedding = Float32Array.of(0.6, 0.8);
  const rest = { token: item.token, modelVersion: 'm1', quality: 'full', decoderVersion: 'd1' } as const;
  return { kind: 'embedding', item, row: { imageId: id, contentHash, embedding, ...rest } };
}
