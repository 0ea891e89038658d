import { setTimeout as sleep } from 'node:timers/promises';
import { assertNever, deadlineSignal } from '@clip-watch/basics';
import { MAX_PHOTO_ATTEMPTS } from '../backoff.js';
import type { DrainOnceEnd, DrainOnceOptions, DrainOnceResult } from '../drain-types.js';
import { countsSince, type DrainProgress } from '../memory/drain-progress.js';
import type { PassEnd } from '../pass/pass-end.js';

const DEFAULT_PATIENCE_MS = 60_000;
const RECONNECT_PAUSE_MS = 500;

export interface OnceContext {
  readonly progress: DrainProgress;
  readonly isEnabled: boolean;
  /** Why no further round may begin; undefined when it may. */
  isStopped(): 'stopped' | 'paused' | undefined;
  /** Why a library rests although it has work; undefined when none does. */
  pausedReason(): string | undefined;
  /** What is wrong with the encoders, when that is known. */
  encoderTrouble(): string | undefined;
  round(lane: 'fresh-and-due' | 'retries', connect: AbortSignal): Promise<PassEnd>;
}

interface Ending {
  readonly end: DrainOnceEnd;
  readonly reason?: string;
}

/** One full pass; then, if asked for, the remaining attempts of photos that failed for now. */
export async function runDrainOnce(options: DrainOnceOptions, context: OnceContext): Promise<DrainOnceResult> {
  const before = context.progress.total();
  const ending = await runLanes(options, context);
  const reason = ending.reason ?? context.pausedReason();
  const counts = countsSince(before, context.progress.total());
  return { ...counts, end: ending.end, ...(reason === undefined ? {} : { reason }) };
}

async function runLanes(options: DrainOnceOptions, context: OnceContext): Promise<Ending> {
  if (!context.isEnabled) return { end: 'disabled', reason: 'No encoder is configured.' };
  const first = await patientRound('fresh-and-due', options, context);
  if (first.end !== 'done' || !options.retries) return first;
  // The pass itself was a photo's first attempt.
  for (let tries = 1; tries < MAX_PHOTO_ATTEMPTS; tries += 1) {
    const retried = await patientRound('retries', options, context);
    if (retried.end !== 'done') return retried;
  }
  return first;
}

/** Repeats a round while the encoder is away, until the caller's patience runs out. */
async function patientRound(
  lane: 'fresh-and-due' | 'retries',
  options: DrainOnceOptions,
  context: OnceContext,
): Promise<Ending> {
  const newPatience = (): AbortSignal => deadlineSignal(options.patienceMs ?? DEFAULT_PATIENCE_MS, options.signal);
  let patience = newPatience();
  for (;;) {
    if (options.signal?.aborted || context.isStopped() !== undefined) return stoppedEnding(context);
    const before = context.progress.total().encoded;
    const end = await context.round(lane, patience);
    if (context.progress.total().encoded > before) patience = newPatience();
    const isAway = end.kind === 'encoder-away' && !patience.aborted;
    if (end.kind === 'encoder-away' && !isAway) return awayEnding(context, options);
    if (!isAway) return end.kind === 'stopped' ? stoppedEnding(context) : toEnding(end);
    await sleep(RECONNECT_PAUSE_MS, undefined, options.signal ? { signal: options.signal } : {}).catch(() => {});
  }
}

function stoppedEnding(context: OnceContext): Ending {
  const end = context.isStopped() ?? 'stopped';
  return { end, reason: `The pass was ${end}.` };
}

/** The caller's patience ran out; the round itself has no better explanation. */
function awayEnding(context: OnceContext, { signal }: DrainOnceOptions): Ending {
  if (signal?.aborted) return stoppedEnding(context);
  const trouble = context.encoderTrouble();
  const which = trouble === undefined ? '' : ` (${trouble})`;
  return { end: 'encoder-away', reason: `no encoder answered in time${which}: start it, then run this again` };
}

function toEnding(end: PassEnd): Ending {
  switch (end.kind) {
    case 'done':
      return { end: 'done' };
    case 'stopped':
      return { end: 'stopped', reason: 'The pass was stopped.' };
    case 'encoder-away':
      return { end: 'encoder-away', reason: end.reason };
    case 'misconfigured':
    case 'suspicious':
      return { end: 'misconfigured', reason: end.reason };
    case 'database':
      return { end: 'database', reason: end.reason };
    case 'decoder-away':
    case 'bug':
      return { end: 'stopped', reason: end.reason };
    default:
      return assertNever(end);
  }
}
