import type { ClipModel } from '@clip-watch/clip-client';
import type { BacklogLibrary } from '../clip-backlog.js';
import type { ResolvedDrainOptions } from '../drain-options.js';
import type { DrainDeps } from '../drain-types.js';
import type { DrainMemory } from '../memory/drain-memory.js';
import { runClipEncodingPass } from '../pass/encoding-pass.js';
import { probeKnownGood } from '../pass/known-good.js';
import { type PassEnd, passEndFromError } from '../pass/pass-end.js';
import type { PassRun } from '../pass/pass-run.js';
import { isOwnerGone } from './claim-owner.js';
import { mayGiveWay, meetEncoder } from './meet-encoder.js';
import { advanceModelChange } from './model-change.js';

export interface RoundRun {
  readonly deps: DrainDeps;
  readonly options: ResolvedDrainOptions;
  readonly memory: DrainMemory;
  readonly lane: PassRun['lane'];
  readonly soft: AbortSignal;
  readonly hard: AbortSignal;
  /** Ends the wait for an encoder. */
  readonly connect: AbortSignal;
  /** The known-good picture failed last time, and has to succeed before any photo is sent again. */
  readonly isSuspicious: boolean;
  onPhase(phase: 'connecting' | 'encoding'): void;
}

/**
 * Checks what is due, connects to an encoder, and runs passes until nothing is due. When nothing is due, the encoder is
 * left alone, unless the starter model might give way to it. Never throws: the result says how it ended.
 */
export async function runDrainRound(run: RoundRun): Promise<PassEnd> {
  try {
    await tidyClaims(run);
    await advanceModelChange({ ...run.deps, signal: run.soft });
    run.memory.woken.clear(); // every library is looked at now
    const mayBecomeDue = await mayGiveWay(run.deps, run.memory.hasMetEncoder);
    if ((await dueLibraries(run)).length === 0 && !mayBecomeDue) return { kind: 'done', worked: false };
    run.onPhase('connecting');
    const model = await meetEncoder(run);
    run.memory.hasMetEncoder = true;
    const libraries = await dueLibraries(run);
    if (libraries.length === 0) return { kind: 'done', worked: false };
    const stillBad = run.isSuspicious ? await askKnownGood(run, model) : undefined;
    if (stillBad !== undefined) return stillBad;
    run.onPhase('encoding');
    const end = await passUntilDone(run, { ...run, model, libraries, retried: new Set() });
    if (end.kind === 'done') await advanceModelChange({ ...run.deps, signal: run.soft });
    return end;
  } catch (error) {
    return run.soft.aborted || run.hard.aborted ? { kind: 'stopped' } : passEndFromError(error);
  }
}

async function passUntilDone(run: RoundRun, pass: PassRun): Promise<PassEnd> {
  for (;;) {
    const before = await dueOf(pass);
    const end = await runClipEncodingPass(pass);
    if (end.kind !== 'done') return end;
    // Copies of a failed picture inherit its failure while they are claimed, so the claim comes back empty: compare counts.
    if (!end.worked && (await dueOf(pass)) === before) return end;
    // A cap per tick would be pointless if the next pass began right away.
    if (run.options.maxPerTick !== Number.POSITIVE_INFINITY) return end;
  }
}

async function dueOf({ deps, libraries }: PassRun): Promise<number> {
  const counters = await Promise.all(libraries.map(({ id }) => deps.backlog.counters(id)));
  return counters.reduce((sum, { pending, outdated }) => sum + pending + outdated, 0);
}

/** Releases claims that nobody is working on. The first time, also requeues what an older decoder could not read. */
async function tidyClaims({ deps, memory, options }: RoundRun): Promise<void> {
  const { backlog } = deps;
  // Between rounds nothing of ours is in progress, so a claim that is still there was left by a failed write.
  await backlog.releaseOwner(options.owner);
  await backlog.rescueExpiredClaims();
  if (memory.isSetUp) return;
  for (const owner of await backlog.claimOwners()) if (isOwnerGone(owner)) await backlog.releaseOwner(owner);
  await backlog.requeueForDecoder(deps.decodeHost.decoderVersion);
  memory.isSetUp = true;
}

/** The online libraries that have a row due now. In the `retries` lane, every row that failed for now counts. */
async function dueLibraries({ deps, memory, options, lane }: RoundRun): Promise<readonly BacklogLibrary[]> {
  const { backlog } = deps;
  const ended = new Set(memory.pauses.takeExpired());
  const due: BacklogLibrary[] = [];
  for (const library of await backlog.listLibraries()) {
    const isOver = ended.has(library.id) || memory.pauses.current(library.id) === undefined;
    if (library.state === 'paused' && isOver) await backlog.setLibraryState(library.id, 'online', null);
    else if (library.state !== 'online') continue;
    const dueAt = await backlog.nextDueAt(library.id);
    if (dueAt !== null && (lane === 'retries' || dueAt <= options.now())) due.push(library);
  }
  return due;
}

async function askKnownGood({ deps, soft }: RoundRun, model: ClipModel): Promise<PassEnd | undefined> {
  const verdict = await probeKnownGood({ ...deps, model, signal: soft });
  if (verdict.kind === 'good') return undefined;
  if (verdict.kind === 'unknown') return { kind: 'encoder-away', reason: verdict.message };
  return {
    kind: 'suspicious',
    reason: `A picture that is certainly good still fails (${verdict.message}). The photos are untouched; check the encoder.`,
  };
}
