import { setTimeout as sleep } from 'node:timers/promises';
import type { VectorOutput } from '../children/child-protocol.js';
import { type Arrangement, answersPerSecond, chooseArrangement, type MeasuredArrangement } from './arrangement.js';
import { type Lane, SINGLE_INPUT } from './lane.js';

export interface CalibrationOptions {
  readonly arrangements: readonly Arrangement[];
  readonly inputSize: number;
  readonly maxBatch: number;
  /** An image lane that is not open yet. */
  createLane(arrangement: Arrangement): Lane<Uint8Array, VectorOutput>;
}

/** One arrangement is looked at until it has answered some batches a child, for this long at least and at most. */
const MIN_LOOK_MS = 400;
const MAX_LOOK_MS = 3000;
const BATCHES_A_CHILD = 4;
/** After this, loading included, no further arrangement is begun. */
const BUDGET_MS = 15_000;
const POLL_MS = 10;

/**
 * Runs the image model in one arrangement after the other, on grey pictures, in the children that would serve.
 * @returns all that were measured, and the one to serve with
 * @throws Error the first child's words, when the model cannot be run
 */
export async function calibrate(
  options: CalibrationOptions,
): Promise<{ readonly chosen: MeasuredArrangement; readonly measured: readonly MeasuredArrangement[] }> {
  const measured: MeasuredArrangement[] = [];
  const start = performance.now();
  for (const arrangement of options.arrangements) {
    if (measured.length > 0 && performance.now() - start > BUDGET_MS) break;
    measured.push({ ...arrangement, perSecond: await measure(arrangement, options) });
  }
  return { chosen: chooseArrangement(measured), measured };
}

async function measure(arrangement: Arrangement, options: CalibrationOptions): Promise<number> {
  const lane = options.createLane(arrangement);
  try {
    await lane.open();
    for (const start = performance.now(); lane.readyChildren < arrangement.children; await sleep(POLL_MS))
      if (performance.now() - start > BUDGET_MS) return 0;
    return answersPerSecond(await collectAnswers(lane, arrangement, options));
  } finally {
    await lane.close();
  }
}

/** Keeps every child busy and a batch ready behind it. @returns when each answer came */
async function collectAnswers(
  lane: Lane<Uint8Array, VectorOutput>,
  { children }: Arrangement,
  { inputSize, maxBatch }: CalibrationOptions,
): Promise<number[]> {
  const times: number[] = [];
  const input = new Uint8Array(inputSize * inputSize * 3).fill(128);
  const enough = children * maxBatch * BATCHES_A_CHILD;
  const start = performance.now();
  let isOver = false;
  const submit = (): void =>
    lane.submit({
      sender: SINGLE_INPUT,
      input,
      settle(outcome) {
        if (isOver || outcome.kind === 'closed') return;
        if (outcome.kind === 'done') times.push(performance.now());
        submit();
      },
    });
  for (let i = 0; i < 3 * children * maxBatch; i++) submit();
  for (; !isOver; await sleep(POLL_MS)) {
    const took = performance.now() - start;
    isOver = took > MAX_LOOK_MS || (took > MIN_LOOK_MS && times.length >= enough);
  }
  return times;
}
