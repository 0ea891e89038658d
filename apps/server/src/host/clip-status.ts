import type { ClipClient, EncoderHealth } from '@clip-watch/clip-client';
import type { ClipCounters, ClipModelState, Database } from '@clip-watch/db';
import { type DrainState, type DrainStatus, STARTER_MODEL } from '@clip-watch/watcher';
import type { ApiClipStatus, ApiEncoder, ClipRunState, QuietHours } from '../api/index.js';
import { toApiCounts } from '../photos/to-api.js';
import { formatQuietHours } from './quiet-hours.js';

export interface StatusDeps {
  readonly database: Pick<Database, 'libraries' | 'images' | 'clipState' | 'fault'>;
  /** Absent in commands that only read and open no encoder. */
  readonly clipClient?: Pick<ClipClient, 'model' | 'concurrency' | 'health'>;
  readonly drain: () => Pick<DrainStatus, 'state' | 'reason' | 'imagesPerSecond'>;
  readonly isScanning: (libraryId: number) => boolean;
  readonly quietHours: () => QuietHours | null;
}

export async function readClipStatus(deps: StatusDeps): Promise<ApiClipStatus> {
  const { database, clipClient } = deps;
  const drain = stateOf(deps);
  const [counters, model, libraries] = await Promise.all([
    database.images.counters(),
    database.clipState.read(),
    database.libraries.list(),
  ]);
  const counts = toApiCounts(counters);
  const quiet = deps.quietHours();
  return {
    ...counts,
    state: toRunState(drain.state),
    reason: drain.reason ?? null,
    model: modelOf(model, clipClient),
    encoders: (clipClient?.health().encoders ?? []).map(toApiEncoder),
    concurrency: clipClient?.concurrency ?? 0,
    quietHours: quiet === null ? null : formatQuietHours(quiet),
    imagesPerSecond: drain.imagesPerSecond,
    etaSeconds: etaSeconds(counts.pending + counters.outdated, drain.imagesPerSecond),
    change: changeOf(model, counters, drain.imagesPerSecond),
    libraries: await Promise.all(
      libraries.map(async ({ id, name, state, stateReason, question, answer }) => ({
        ...toApiCounts(await database.images.counters(id)),
        id,
        name,
        state,
        stateReason,
        question,
        answer,
        scanning: deps.isScanning(id),
      })),
    ),
  };
}

/** When the database file is gone, everything stops until a person acts, even if the drain has not noticed yet. */
function stateOf({ database: { fault }, drain }: StatusDeps): ReturnType<StatusDeps['drain']> {
  return fault === null ? drain() : { state: 'misconfigured', reason: fault.message, imagesPerSecond: 0 };
}

export function toRunState(state: DrainState): ClipRunState {
  switch (state) {
    case 'draining':
      return 'running';
    case 'waiting':
      return 'offline';
    case 'closed':
      return 'idle';
    default:
      return state;
  }
}

function modelOf(state: ClipModelState, clipClient: StatusDeps['clipClient']): ApiClipStatus['model'] {
  const { activeModelVersion, activeDimension, activeModelName } = state;
  if (activeModelVersion !== null && activeDimension !== null) {
    const name = activeModelName ?? activeModelVersion;
    return { name, version: activeModelVersion, dimension: activeDimension, starter: name === STARTER_MODEL };
  }
  const met = clipClient?.model;
  return met === undefined
    ? null
    : { name: met.name, version: met.version, dimension: met.dimension, starter: met.name === STARTER_MODEL };
}

/** A change is under way while two models are in use, and then until every photo has a vector of the new one. */
export function changeOf(
  state: ClipModelState,
  { encoded, searchable, outdated }: Pick<ClipCounters, 'encoded' | 'searchable' | 'outdated'>,
  imagesPerSecond: number,
): ApiClipStatus['change'] {
  const { activeModelVersion: active, wantedModelVersion: wanted } = state;
  const isEncoding = active !== wanted;
  if (wanted === null || (!isEncoding && outdated <= 0)) return null;
  const from = isEncoding
    ? toModelName(active, state.activeModelName)
    : toModelName(state.retiringModelVersion, state.retiringModelName);
  return {
    state: isEncoding ? 'encoding' : 'changed',
    from,
    to: { name: state.modelName ?? wanted, version: wanted },
    done: encoded - outdated,
    total: encoded,
    coverage: encoded === 0 ? 1 : (encoded - outdated) / encoded,
    notFound: encoded - searchable,
    etaSeconds: etaSeconds(outdated, imagesPerSecond),
  };
}

function toModelName(version: string | null, name: string | null): { name: string; version: string } | null {
  return version === null ? null : { name: name ?? version, version };
}

function toApiEncoder({ address, state, reason, model, inFlight, window }: EncoderHealth): ApiEncoder {
  return { address, state, reason: reason ?? null, model: model ?? null, inFlight, window };
}

// Cheap pictures come first and slow ones pile up at the end, so the current rate is usually too optimistic.
const FASTER = 1.2;
const SLOWER = 0.6;

/** The time left, as a range; null when nothing is pending or the rate is unknown. */
export function etaSeconds(pending: number, imagesPerSecond: number): ApiClipStatus['etaSeconds'] {
  if (pending === 0 || !(imagesPerSecond > 0)) return null;
  return {
    low: Math.ceil(pending / (imagesPerSecond * FASTER)),
    high: Math.ceil(pending / (imagesPerSecond * SLOWER)),
  };
}
