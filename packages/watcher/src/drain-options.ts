import { availableParallelism } from 'node:os';
import { createClaimOwner } from './drain/claim-owner.js';
import type { DrainOptions } from './drain-types.js';

export interface ResolvedDrainOptions {
  readonly pageSize: number;
  readonly leaseMs: number;
  readonly maxPerTick: number;
  readonly decodeThreads: number;
  readonly closeGraceMs: number;
  readonly owner: string;
  readonly now: () => number;
  readonly random: () => number;
}

// Name, smallest, largest: whole numbers all.
const BOUNDS = [
  ['pageSize', 1, 5_000],
  ['leaseMs', 1_000, 3_600_000],
  ['maxPerTick', 1, Number.POSITIVE_INFINITY],
  ['decodeThreads', 1, 256],
  ['closeGraceMs', 0, 600_000],
] as const;

/** @throws TypeError naming every option that is out of bounds, not only the first. */
export function resolveDrainOptions(options: DrainOptions = {}): ResolvedDrainOptions {
  const resolved: ResolvedDrainOptions = {
    pageSize: 256,
    leaseMs: 120_000,
    maxPerTick: Number.POSITIVE_INFINITY,
    decodeThreads: availableParallelism(),
    closeGraceMs: 4_000,
    owner: createClaimOwner(),
    now: Date.now,
    random: Math.random,
    ...withoutUndefined(options),
  };
  const problems = BOUNDS.filter(([name, min, max]) => !isWithin(resolved[name], min, max)).map(
    ([name, min, max]) => `${name} must be a whole number from ${min} to ${max}`,
  );
  if (problems.length > 0) throw new TypeError(`Drain options: ${problems.join('; ')}`);
  return Object.freeze(resolved);
}

function isWithin(value: number, min: number, max: number): boolean {
  return (Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= min && value <= max;
}

function withoutUndefined(options: DrainOptions): DrainOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
