import { createRunClock } from '@clip-watch/processes';
import type { ChildEnd, ChildEvents, ChildHost } from '../lanes/child-host.js';

/** A child without a process: each batch is answered as the test decides. */
export interface ScriptedChild {
  readonly batches: { readonly id: number; readonly inputs: readonly unknown[] }[];
  readonly isGone: boolean;
  answer(outputs?: readonly unknown[]): void;
  end(end: ChildEnd): void;
}

export interface ScriptedChildren {
  readonly started: ScriptedChild[];
  start(events: ChildEvents): ChildHost;
}

/** Children that are ready at once. `outputs` default to the inputs. */
export function scriptChildren(): ScriptedChildren {
  const started: ScriptedChild[] = [];
  return {
    started,
    start(events) {
      const batches: ScriptedChild['batches'] = [];
      let isGone = false;
      const end = (exit: ChildEnd): void => {
        if (isGone) return;
        isGone = true;
        events.onEnd(exit);
      };
      started.push({
        batches,
        end,
        get isGone() {
          return isGone;
        },
        answer(outputs) {
          const batch = batches.shift();
          if (batch) events.onDone(batch.id, outputs ?? batch.inputs);
        },
      });
      queueMicrotask(() => events.onReady({ dimension: 1, provider: 'test' }));
      return {
        pid: undefined,
        clock: createRunClock(undefined),
        run: (id, inputs) => void batches.push({ id, inputs }),
        kill: (message) => end({ kind: 'fault', message }),
        dismiss: () => end({ kind: 'killed', message: 'dismissed' }),
      };
    },
  };
}
