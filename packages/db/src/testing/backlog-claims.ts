import type { ClipCandidate } from '../claim-types.js';
import type { ClipModelState } from '../database-types.js';
import type { ImageRow } from '../images/image-types.js';
import { OWNERS, type Step } from './backlog-steps.js';
import {
  DAY_MS,
  hasOutcomeIn,
  hasVectorIn,
  hold,
  isVerdict,
  keptKey,
  LEASE_MS,
  readRows,
  type World,
} from './backlog-world.js';
import { claimOf } from './rows.js';

type ClaimStep = Extract<Step, { kind: 'claim' }>;

function isOpen(row: ImageRow, { reencode }: ClaimStep, { wantedModelVersion }: ClipModelState): boolean {
  if (row.missingSince !== null || row.clip.claimedUntil !== null) return false;
  if (!reencode) return row.clip.status === 'pending';
  return row.clip.status === 'encoded' && !hasOutcomeIn(row, wantedModelVersion);
}

function isDue(world: World, row: ImageRow): boolean {
  const { clock } = world;
  const { nextAttemptAt } = row.clip;
  return nextAttemptAt === null || nextAttemptAt <= clock.time || nextAttemptAt > clock.time + DAY_MS;
}

function checkCandidate(
  world: World,
  candidate: ClipCandidate,
  before: readonly ImageRow[],
  step: ClaimStep,
  state: ClipModelState,
) {
  const row = before.find(({ id }) => id === candidate.id);
  hold(row !== undefined && isOpen(row, step, state), `${candidate.relPath} was claimed though it is not open`);
  hold(
    isDue(world, row) || (step.lane === 'retries' && !step.alone),
    `${candidate.relPath} was claimed before its time`,
  );
  hold(
    row.clip.crashes >= 2 === step.alone,
    `${candidate.relPath} with ${row.clip.crashes} crashes, alone: ${step.alone}`,
  );
  const twins = before.filter(({ contentHash }) => contentHash === row.contentHash);
  const known = [state.wantedModelVersion, ...(step.reencode ? [] : [state.activeModelVersion])];
  hold(
    !twins.some((twin) => known.some((model) => hasVectorIn(twin, model))),
    `${candidate.relPath} has an encoded twin`,
  );
  hold(
    !known.some((model) => world.kept.has(keptKey(row.contentHash, model))),
    `${candidate.relPath} was encoded before its row was removed`,
  );
  hold(!twins.some(({ clip }) => clip.claimedUntil !== null), `${candidate.relPath} has a twin in flight`);
  hold(!twins.some(isVerdict), `${candidate.relPath} has a failed twin`);
  return row;
}

function checkOrder(claimed: readonly ImageRow[]): void {
  const fresh = claimed.filter(({ clip }) => clip.nextAttemptAt === null);
  const times = fresh.map(({ sortTime }) => sortTime);
  hold(
    times.every((time, at) => at === 0 || time <= (times[at - 1] ?? 0)),
    'fresh rows are not newest first',
  );
  hold(
    claimed.slice(0, fresh.length).every(({ clip }) => clip.nextAttemptAt === null),
    'a retry went before fresh rows',
  );
}

export async function claimRows(world: World, step: ClaimStep): Promise<void> {
  const { images, libraryId, held, tokens } = world;
  const before = await readRows(world);
  const state = await world.clipState.read();
  const { limit, lane, alone, reencode } = step;
  const wantedModelVersion = step.staleModel ? 'model-0' : (state.wantedModelVersion ?? '');
  const owner = OWNERS[step.owner] ?? 'one';
  const request = { limit, lane, alone, reencode, wantedModelVersion, owner, leaseMs: LEASE_MS };
  const claimed = await images.claimClipCandidates(claimOf(libraryId, request));
  const isClaimable = state.ledgerModelVersion === wantedModelVersion;
  hold(isClaimable || claimed.candidates.length + claimed.copied === 0, 'a claim for a model that is not in force');
  hold(claimed.candidates.length <= (alone ? 1 : limit), 'more rows than asked for');
  checkOrder(claimed.candidates.map((candidate) => checkCandidate(world, candidate, before, step, state)));
  for (const { id } of claimed.candidates) tokens.set(id, claimed.token);
  held.push({ claim: claimed, modelVersion: wantedModelVersion, left: [...claimed.candidates] });
  if (held.length > 4) held.shift();
}

/** Claims that ended without a word of ours are forgotten. */
export async function syncTokens(world: World): Promise<void> {
  const { tokens } = world;
  const rows = await readRows(world);
  const open = new Set(rows.filter((row) => row.clip.claimedUntil !== null).map(({ id }) => id));
  for (const id of [...tokens.keys()]) if (!open.has(id)) tokens.delete(id);
}

export async function release(world: World, step: Extract<Step, { kind: 'release' }>): Promise<void> {
  const { images, held, tokens } = world;
  const chosen = held[step.claim % Math.max(1, held.length)];
  const candidate = chosen?.left[0];
  if (chosen === undefined || candidate === undefined) return;
  const before = await images.findImage(candidate.id);
  const token = step.foreign ? 'nobody' : chosen.claim.token;
  const holds = !step.foreign && before !== null && tokens.get(candidate.id) === token;
  const ids = [candidate.id];
  const freed = await images.releaseClaims(token, step.crashed ? { ids: [], crashedIds: ids } : { ids });
  hold(freed === (holds ? 1 : 0), `released ${freed} rows, the claim ${holds ? 'holds' : 'is lost'}`);
  const after = await images.findImage(candidate.id);
  const crashes = (before?.clip.crashes ?? 0) + (holds && step.crashed ? 1 : 0);
  hold(
    (after?.clip.crashes ?? 0) === crashes,
    `${candidate.relPath} counts ${after?.clip.crashes} crashes, not ${crashes}`,
  );
  hold(after?.clip.nextAttemptAt === before?.clip.nextAttemptAt, `${candidate.relPath}: a release is no outcome`);
  chosen.left.shift();
}

export async function extend({ images, held }: World, step: Extract<Step, { kind: 'extend' }>): Promise<void> {
  const chosen = held[step.claim % Math.max(1, held.length)];
  if (chosen !== undefined) await images.extendClaim(chosen.claim.token, LEASE_MS);
}

export async function rescue(world: World): Promise<void> {
  const { images, clock } = world;
  const before = await readRows(world);
  await images.rescueExpiredClaims();
  for (const row of before) {
    const after = await images.findImage(row.id);
    const until = row.clip.claimedUntil;
    const expired = until !== null && until <= clock.time;
    const jumped = until !== null && until > clock.time + DAY_MS;
    hold(
      (after?.clip.claimedUntil === null) === (until === null || expired || jumped),
      `${row.relPath}: rescued too early or too late`,
    );
    hold(after?.clip.crashes === row.clip.crashes + (expired ? 1 : 0), `${row.relPath}: crashes after a rescue`);
  }
}
