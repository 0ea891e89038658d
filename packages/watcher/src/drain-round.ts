import type { ClipModel } from '@clip-watch/clip-client';
import { isOwnerGone } from './claim-owner.js';
import type { BacklogLibrary } from './clip-backlog.js';
import type { DrainMemory } from './drain-memory.js';
import type { ResolvedDrainOptions } from './drain-options.js';
import type { DrainDeps } from './drain-types.js';
import { runClipEncodingPass } from './encoding-pass.js';
import { probeKnownGood } from './known-good.js';
import { mayGiveWay, meetEncoder } from './meet-encoder.js';
import { advanceModelChange } from './model-change.js';
import { type PassEnd, passEndFromError } from './pass-end.js';
import type { PassRun } from './pass-run.js';

export interface RoundRun {
  readonly deps: DrainDeps;
  readonly options: ResolvedDrainOptions;
  readonly memory: DrainMemory;
  readonly lane: PassRun['lane'];
  readonly soft: AbortSignal;
  readonly hard: AbortSignal;
  /** Ends the wait for an encoder. */
  readonly connect: AbortSignal;
  /** The known-good picture failed last: it has to pass before photos go out again. */
  readonly isSuspicious: boolean;
  onPhase(phase: 'connecting' | 'encoding'): void;
}

/**
 * Looks what is due, meets the encoder, and makes passes until nothing is due any more. Without due rows the encoder
 * is left asleep, unless the starter model might give way to it. Never throws: how it ended is a value.
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
    // Copies of a failed picture take its failure inside the claim, which then looks empty: the count knows.
    if (!end.worked && (await dueOf(pass)) === before) return end;
    // A cap per tick would mean nothing if the next pass began at once.
    if (run.options.maxPerTick !== Number.POSITIVE_INFINITY) return end;
  }
}

async function dueOf({ deps, libraries }: PassRun): Promise<number> {
  const counters = await Promise.all(libraries.map(({ id }) => deps.backlog.counters(id)));
  return counters.reduce((sum, { pending, outdated }) => sum + pending + outdated, 0);
}

/** Frees what nobody works on any more; once, also gives back what another decoder could not read. */
async function tidyClaims({ deps, memory, options }: RoundRun): Promise<void> {
  const { backlog } = deps;
  // Nothing of ours is under way between rounds: what is still claimed is left from a write that failed.
  await backlog.releaseOwner(options.owner);
  await backlog.rescueExpiredClaims();
  if (memory.isSetUp) return;
  for (const owner of await backlog.claimOwners()) if (isOwnerGone(owner)) await backlog.releaseOwner(owner);
  await backlog.requeueForDecoder(deps.decodeHost.decoderVersion);
  memory.isSetUp = true;
}

/** The online libraries with a row that is due now; retries count whatever their time. */
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
