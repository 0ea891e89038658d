/** How far the photo in a thread's hand has come, in memory that the child's main thread reads: telling wakes nobody. */
import type { DecodeStage } from './host/host-protocol.js';

export interface StageMark {
  readonly stage: DecodeStage;
  /** Another number when anything has come from the disk since, or the stage is another. */
  readonly turn: number;
}

/** One word: the turn, and in its lowest bit the stage. */
export type StageCell = Int32Array;

export function createStageCell(): StageCell {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

export function enterStage(cell: StageCell, stage: DecodeStage): void {
  const turn = (Atomics.load(cell, 0) >>> 1) + 1;
  Atomics.store(cell, 0, (turn << 1) | (stage === 'decoding' ? 1 : 0));
}

export function readStage(cell: StageCell): StageMark {
  const word = Atomics.load(cell, 0);
  return { stage: (word & 1) === 1 ? 'decoding' : 'reading', turn: word >>> 1 };
}
