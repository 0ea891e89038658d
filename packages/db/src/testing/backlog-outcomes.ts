import type { ClipCandidate, ClipClaim } from '../claim-types.js';
import type { ClipErrorClass, ImageRow } from '../images/image-types.js';
import type { Step } from './backlog-steps.js';
import { hold, readRows, type World } from './backlog-world.js';
import { embeddingOf, failureOf } from './rows.js';

/** Whether the claim is still good for this row: what the outcome must go by. */
function isHolder(
  tokens: ReadonlyMap<number, string>,
  row: ImageRow | null,
  candidate: ClipCandidate,
  token: string,
): boolean {
  return row !== null && row.contentHash === candidate.contentHash && tokens.get(row.id) === token;
}

async function withCandidate(
  world: World,
  index: number,
  settle: (
    claim: ClipClaim,
    candidate: ClipCandidate,
    modelVersion: string,
  ) => Promise<{ readonly written: number; readonly stale: number }>,
  good: boolean,
): Promise<void> {
  const { images, held, tokens } = world;
  const chosen = held[index % Math.max(1, held.length)];
  const candidate = chosen?.left.shift();
  if (chosen === undefined || candidate === undefined) return;
  const before = await images.findImage(candidate.id);
  const holds = good && isHolder(tokens, before, candidate, chosen.claim.token);
  const result = await settle(chosen.claim, candidate, chosen.modelVersion);
  hold(
    result.written === (holds ? 1 : 0),
    `${candidate.relPath}: written ${result.written}, the claim ${holds ? 'holds' : 'is lost'}`,
  );
  if (holds) return;
  const after = await images.findImage(candidate.id);
  hold(JSON.stringify(after) === JSON.stringify(before), `${candidate.relPath} was changed by a stale outcome`);
}

export async function finish(world: World, step: Extract<Step, { kind: 'finish' }>): Promise<void> {
  return withCandidate(
    world,
    step.claim,
    (each, candidate, ofClaim) => {
      const modelVersion = step.foreignModel ? 'model-0' : ofClaim;
      return world.images.backfillClipEmbeddings([embeddingOf(each, candidate, { modelVersion })]);
    },
    !step.foreignModel,
  );
}

/** Only a word on the bytes goes to their other names. */
async function checkSpread(
  world: World,
  before: readonly ImageRow[],
  candidate: ClipCandidate,
  errorClass: ClipErrorClass,
): Promise<void> {
  const { images } = world;
  if (errorClass === 'photo' || errorClass === 'bug') return;
  for (const row of before) {
    if (row.id === candidate.id || row.contentHash !== candidate.contentHash) continue;
    const after = await images.findImage(row.id);
    hold(after?.clip.errorClass === row.clip.errorClass, `${row.relPath} took over an outage of ${candidate.relPath}`);
  }
}

export async function fail(world: World, step: Extract<Step, { kind: 'fail' }>): Promise<void> {
  const { images, clock, condemned, tried } = world;
  const final = step.final && step.errorClass === 'photo';
  const countsAttempt = step.errorClass === 'photo' || step.errorClass === 'bug';
  await withCandidate(
    world,
    step.claim,
    async (each, candidate) => {
      const before = await readRows(world);
      const failure = failureOf(each, candidate, {
        errorClass: step.errorClass,
        final,
        countsAttempt,
        nextAttemptAt: clock.time + 60_000,
      });
      if (final) condemned.add(candidate.contentHash);
      if (countsAttempt) tried.set(candidate.contentHash, (tried.get(candidate.contentHash) ?? 0) + 1);
      const result = await images.recordClipFailures([failure]);
      await checkSpread(world, before, candidate, step.errorClass);
      return result;
    },
    true,
  );
}
