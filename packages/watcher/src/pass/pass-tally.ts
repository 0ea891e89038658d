import type { PluginLibrary } from '@clip-watch/plugin-api';
import type { DrainCounts } from '../drain-types.js';
import type { FilteredPage } from '../exclude/filter-excluded.js';
import { countsSince } from '../memory/drain-progress.js';
import type { PassLog } from './pass-log.js';
import type { PassRun } from './pass-run.js';

/** What a pass took from each library, and the log lines at its start and end. */
export class PassTally {
  readonly #run: PassRun;
  readonly #log: PassLog;
  readonly #started = new Map<number, { readonly library: PluginLibrary; readonly before: DrainCounts }>();

  constructor(run: PassRun, log: PassLog) {
    this.#run = run;
    this.#log = log;
  }

  async onPage(library: PluginLibrary, page: FilteredPage, copied: number): Promise<void> {
    if (page.kept.length + page.skipped.length + copied === 0) return;
    const { progress } = this.#run.memory;
    if (!this.#started.has(library.id)) await this.#logStart(library);
    progress.add(library.id, 'copied', copied);
    progress.add(library.id, 'skipped', page.skipped.length);
    for (const { candidate, reason } of page.skipped) this.#log.skipped(library.id, candidate.relPath, reason);
  }

  logEnds(): void {
    for (const { library, before } of this.#started.values()) {
      const counts = countsSince(before, this.#run.memory.progress.of(library.id));
      this.#log.passEnds(library, counts, this.#run.deps.clipClient.concurrency);
    }
  }

  async #logStart(library: PluginLibrary): Promise<void> {
    const { deps, memory } = this.#run;
    this.#started.set(library.id, { library, before: memory.progress.of(library.id) });
    const { pending, outdated } = await deps.backlog.counters(library.id);
    this.#log.passStarts(library, pending + outdated, deps.clipClient.concurrency);
  }
}
