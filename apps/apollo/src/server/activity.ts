import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Lanes } from '../lanes/lanes.js';
import type { Log } from '../log.js';
import type { Counters } from './counters.js';

/** What the server tells about itself: one log line a minute while something happens, and a page on request. */
export interface Activity {
  /** Prometheus text format. */
  toMetrics(): string;
  close(): void;
}

const REPORT_MS = 60_000;
/** How often the loop is looked at; each look wakes the process. */
const LOOP_TICK_MS = 10;
const NS_PER_S = 1e9;

/** @param withPage someone will ask for the metrics: without, nothing wakes the process to measure its loop */
export function watchActivity(counters: Counters, lanes: Lanes, log: Log, withPage: boolean): Activity {
  const loop = monitorEventLoopDelay({ resolution: LOOP_TICK_MS });
  if (withPage) loop.enable();
  let before = new Map<string, number>();
  let encodedMsBefore = 0;
  let sentBefore = lanes.vision.sent;

  function report(): void {
    const counts = new Map([...counters.totals].map(([name, total]) => [name, total - (before.get(name) ?? 0)]));
    const meanMs = Math.round((counters.encodedMs - encodedMsBefore) / Math.max(1, counts.get('encoded') ?? 0));
    before = new Map(counters.totals);
    encodedMsBefore = counters.encodedMs;
    const some = [...counts].filter(([, count]) => count > 0);
    if (some.length === 0) return;
    const { vision } = lanes;
    const { batches, inputs } = vision.sent;
    const meanBatch = Number(((inputs - sentBefore.inputs) / Math.max(1, batches - sentBefore.batches)).toFixed(1));
    sentBefore = vision.sent;
    log.info(
      { ...Object.fromEntries(some), meanMs, meanBatch, waiting: vision.waiting, restarts: vision.restarts },
      'the last minute',
    );
  }

  const timer = setInterval(report, REPORT_MS).unref();
  return {
    toMetrics() {
      const named = [
        ...[...counters.totals].map(([name, total]) => `apollo_results_total{outcome="${name}"} ${total}`),
        ...laneLines('vision', lanes.vision),
        ...laneLines('decode', lanes.decode),
        ...(lanes.text ? laneLines('text', lanes.text) : []),
        `apollo_event_loop_p99_seconds ${loopDelay(loop.percentile(99))}`,
        `apollo_event_loop_max_seconds ${loopDelay(loop.max)}`,
        `apollo_resident_bytes ${process.memoryUsage.rss()}`,
      ];
      return `${named.join('\n')}\n`;
    },
    close() {
      clearInterval(timer);
      loop.disable();
    },
  };
}

/** Seconds; what was measured holds the pause between two looks. */
const loopDelay = (ns: number): string => Math.max(0, (ns - LOOP_TICK_MS * 1e6) / NS_PER_S).toFixed(6);

function laneLines(
  name: string,
  lane: Pick<Lanes['decode'], 'waiting' | 'readyChildren' | 'restarts' | 'sent'>,
): string[] {
  const { batches, inputs, waitedMs } = lane.sent;
  return [
    `apollo_waiting{lane="${name}"} ${lane.waiting}`,
    `apollo_children_ready{lane="${name}"} ${lane.readyChildren}`,
    `apollo_child_restarts_total{lane="${name}"} ${lane.restarts}`,
    `apollo_batches_total{lane="${name}"} ${batches}`,
    `apollo_batched_inputs_total{lane="${name}"} ${inputs}`,
    `apollo_batch_wait_seconds_total{lane="${name}"} ${(waitedMs / 1000).toFixed(3)}`,
  ];
}
