import { expect, test } from 'vitest';
import type { Activity } from './activity.js';
import { hangCause, type LivenessLimits, livenessStep, spentIn } from './liveness.js';

interface Second {
  /** Of each thread in this second: CPU time and time waited for a CPU. */
  readonly threads: readonly (readonly [cpuMs: number, waitedMs: number, state: string])[];
  readonly readBytes?: number;
}

/** Ten looks, a second apart, at a process that does the same in each. */
function looks({ threads, readBytes = 0 }: Second): Activity[] {
  return Array.from({ length: 11 }, (_, n) => ({
    atMs: n * 1000,
    readBytes: n * readBytes,
    threads: new Map(
      threads.map(([cpuMs, waitedMs, state], id) => [`1/${id}`, { cpuMs: n * cpuMs, waitedMs: n * waitedMs, state }]),
    ),
  }));
}

/** Why a process hangs by these looks since its task began, or `alive`. */
function judge(samples: readonly Activity[], limits: LivenessLimits, cores: number): string {
  const steps = samples.slice(1).map((after, at) => livenessStep(samples[at] ?? after, after, cores));
  const last = steps.at(-1);
  const spentMs = steps.reduce((sum, step) => sum + spentIn(step, limits), 0);
  if (last === undefined || spentMs < limits.limitMs) return 'alive';
  const cpuMs = steps.reduce((sum, step) => sum + step.cpuMs, 0);
  return hangCause(last, cpuMs, spentMs);
}

test.each<[what: string, second: Second, limitMs: number, verdict: string]>([
  ['sleeps with work in hand', { threads: [[0, 0, 'S']] }, 5000, 'silent'],
  ['is stopped by a signal', { threads: [[0, 0, 'T']] }, 5000, 'stopped'],
  ['waits for a dead mount', { threads: [[0, 0, 'D']] }, 5000, 'disk'],
  [
    'waits for a dead mount beside a heartbeat',
    {
      threads: [
        [0, 0, 'D'],
        [3, 1, 'S'],
      ],
    },
    5000,
    'disk',
  ],
  ['computes without end on a quiet machine', { threads: [[1000, 0, 'R']] }, 5000, 'busy'],
  [
    'computes without end in all threads',
    {
      threads: [
        [660, 340, 'R'],
        [670, 330, 'R'],
        [670, 330, 'R'],
      ],
    },
    8000,
    'busy',
  ],
  ['computes without end on a busy machine, and has had its CPU time', { threads: [[300, 700, 'R']] }, 3000, 'busy'],
  ['computes on a busy machine, and has not', { threads: [[300, 700, 'R']] }, 3100, 'alive'],
  [
    'gets a hundredth of a CPU',
    {
      threads: [
        [10, 990, 'R'],
        [1, 30, 'S'],
      ],
    },
    1000,
    'alive',
  ],
  ['has waited for a CPU since the first look', { threads: [[0, 0, 'R']] }, 1000, 'alive'],
  [
    'sleeps while another thread of it has no CPU',
    {
      threads: [
        [0, 0, 'S'],
        [5, 990, 'R'],
      ],
    },
    1000,
    'alive',
  ],
])('a process that %s', (_, second, limitMs, verdict) => {
  expect(judge(looks(second), { limitMs }, 2)).toBe(verdict);
});

test('reading is progress for a process with a single task, unless it computes as well', () => {
  const limits = { limitMs: 5000, readingIsProgress: true };
  const slowDisk = { threads: [[5, 0, 'D']], readBytes: 50_000 } as const;
  expect(judge(looks(slowDisk), limits, 2)).toBe('alive');
  expect(judge(looks(slowDisk), { limitMs: 5000 }, 2)).toBe('disk');
  expect(judge(looks({ threads: [[0, 0, 'D']], readBytes: 8 }), limits, 2)).toBe('disk');
  const loop = { threads: [[1000, 0, 'R']], readBytes: 50_000 } as const;
  expect(judge(looks(loop), limits, 2)).toBe('busy');
});
