import { resolve } from 'node:path';
import type { ClipCounters, Library } from '@clip-watch/db';
import type { DrainOnceResult } from '@clip-watch/watcher';
import type { ApiCounts, ApiFailure } from '../api/index.js';
import { HostError } from '../errors.js';
import { etaSeconds } from '../host/clip-status.js';
import { type Host, openHost } from '../host/host.js';
import { checkRoot, findOverlap } from '../library/check-root.js';
import type { IngestProblem } from '../library/scan/ingest-photos.js';
import type { ScanOffline, ScanSummary } from '../library/scan/library-scan.js';
import { toApiFailure } from '../photos/explain.js';
import { toApiCounts } from '../photos/to-api.js';
import { type CommandContext, encoderPatienceMs, plain, print, untilStopped } from './command.js';
import { createProgressBar, type ProgressBar } from './progress-bar.js';

export interface IndexSummary extends ApiCounts {
  readonly libraries: readonly { readonly id: number; readonly name: string; readonly rootPath: string }[];
  /** Photos that this run sent to the encoder. */
  readonly encodedNow: number;
  readonly failures: readonly ApiFailure[];
  /** Files and folders that could not be read at all, so they have no row. */
  readonly unreadable: readonly IngestProblem[];
  /** Why work is left; null when none is. */
  readonly reason: string | null;
  readonly durationMs: number;
}

type LibraryScan = ScanSummary | ScanOffline;

/** `clip-watch index PATH…`: makes the folders libraries, scans them, and encodes until nothing is due. */
export async function runIndex(context: CommandContext): Promise<number> {
  const startedAt = Date.now();
  const { command, config, cwd } = context;
  if (command.operands.length === 0)
    throw new HostError('USAGE', 'clip-watch index takes one or more folders; see clip-watch help');
  const roots = await checkAll(
    command.operands.map((path) => resolve(cwd, path)),
    config.dataDir,
  );
  // Who types this wants it now, whatever was paused in the pages.
  await using host = await openHost({ ...config, isPaused: false }, context.log, context.signal);
  const libraries = await addAll(host, roots);
  const bar = createProgressBar(context.io);
  const scans = await scanAll(context, host, libraries, bar);
  const drained = await drainAll(context, host, libraries, bar);
  bar.end();
  const summary = await summarize(host, libraries, scans, drained, startedAt);
  print(context, summary, renderSummary);
  if (summary.reason !== null) context.io.err(`clip-watch: ${summary.reason}\n`);
  return summary.reason === null ? 0 : 1;
}

/** All of them before anything is opened: one bad path must leave nothing half done. */
async function checkAll(paths: readonly string[], dataDir: string): Promise<readonly string[]> {
  const roots = [...new Set(await Promise.all(paths.map((path) => checkRoot(path, dataDir))))];
  for (const [index, root] of roots.entries()) {
    const before = roots.slice(0, index).map((rootPath) => ({ name: rootPath, rootPath }));
    findOverlap(root, before);
  }
  return roots;
}

async function addAll(host: Host, roots: readonly string[]): Promise<readonly Library[]> {
  const existing = await host.keeper.list();
  for (const root of roots) findOverlap(root, existing);
  const libraries: Library[] = [];
  for (const rootPath of roots) libraries.push((await host.keeper.add({ rootPath })).library);
  return libraries;
}

async function scanAll(
  context: CommandContext,
  host: Host,
  libraries: readonly Library[],
  bar: ProgressBar,
): Promise<readonly LibraryScan[]> {
  const scans: LibraryScan[] = [];
  for (const { id } of libraries) {
    const onProgress = ({ found, ingested }: { readonly found: number; readonly ingested: number }): void =>
      bar.show({
        label: 'scanning',
        done: found,
        failed: 0,
        perSecond: 0,
        etaSeconds: null,
        ...(ingested > 0 ? { read: ingested } : {}),
      });
    scans.push(await untilStopped(context, host.keeper.scan(id, { onProgress })));
  }
  return scans;
}

const REDRAW_MS = 500;
const ENCODER_PATIENCE_MS = 60_000;

async function drainAll(
  context: CommandContext,
  host: Host,
  libraries: readonly Library[],
  bar: ProgressBar,
): Promise<DrainOnceResult | null> {
  if (host.drain === undefined) return null;
  const draw = async (): Promise<void> => {
    const { encoded, failed, pending } = await countAll(host, libraries);
    const { imagesPerSecond } = host.control.status();
    const total = encoded + failed + pending;
    bar.show({
      label: 'encoding',
      done: total - pending,
      total,
      failed,
      perSecond: imagesPerSecond,
      etaSeconds: etaSeconds(pending, imagesPerSecond),
    });
  };
  const timer = setInterval(() => void draw().catch(() => {}), REDRAW_MS); // A bar is never worth an error.
  try {
    const patienceMs = encoderPatienceMs(context, ENCODER_PATIENCE_MS);
    return await host.drain.drainOnce({ retries: true, patienceMs, signal: context.signal });
  } finally {
    clearInterval(timer);
    await draw();
  }
}

async function countAll(host: Host, libraries: readonly Library[]): Promise<ApiCounts> {
  const all = await Promise.all(libraries.map(({ id }) => host.database.images.counters(id)));
  const sum = (key: keyof ClipCounters): number => all.reduce((total, counters) => total + counters[key], 0);
  return toApiCounts({
    photos: sum('photos'),
    encoded: sum('encoded'),
    searchable: sum('searchable'),
    outdated: sum('outdated'),
    pending: sum('pending'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    missing: sum('missing'),
    preview: sum('preview'),
    low: sum('low'),
  });
}

async function summarize(
  host: Host,
  libraries: readonly Library[],
  scans: readonly LibraryScan[],
  drained: DrainOnceResult | null,
  startedAt: number,
): Promise<IndexSummary> {
  const counts = await countAll(host, libraries);
  const encodedNow = host.control.status().libraries.reduce((total, { encoded }) => total + encoded, 0);
  return {
    libraries: libraries.map(({ id, name, rootPath }) => ({ id, name, rootPath })),
    ...counts,
    encodedNow,
    failures: await readFailures(host, libraries),
    unreadable: scans.flatMap((scan) => (scan.kind === 'scanned' ? scan.problems : [])),
    reason: reasonLeft(host, counts, scans, drained),
    durationMs: Date.now() - startedAt,
  };
}

async function readFailures(host: Host, libraries: readonly Library[]): Promise<readonly ApiFailure[]> {
  const failures: ApiFailure[] = [];
  for (const { id } of libraries) {
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof host.database.images.pageFailures>> =
        await host.database.images.pageFailures({
          libraryId: id,
          limit: 200,
          ...(cursor === null ? {} : { cursor }),
        });
      failures.push(...page.items.map(toApiFailure));
      cursor = page.nextCursor;
    } while (cursor !== null);
  }
  return failures;
}

function reasonLeft(
  host: Host,
  counts: ApiCounts,
  scans: readonly LibraryScan[],
  drained: DrainOnceResult | null,
): string | null {
  const offline = scans.find((scan) => scan.kind === 'offline');
  if (offline !== undefined) return offline.reason;
  const braked = scans.find((scan) => scan.kind === 'scanned' && scan.mostGone !== null);
  if (braked !== undefined)
    return 'most photos of a library are gone, and nothing was marked missing; see clip-watch library';
  if (!host.clipClient.isEnabled)
    return 'no encoder is configured (APOLLO_URL=disabled): photos were scanned, none was encoded';
  if (drained === null) return 'the plugin clip-watcher is switched off: photos were scanned, none was encoded';
  if (drained.end !== 'done') return drained.reason ?? `encoding ended early (${drained.end})`;
  const growing = scans.flatMap((scan) => (scan.kind === 'scanned' ? scan.growing : []));
  if (counts.pending > 0) return `${counts.pending} photos are left for later; see clip-watch failures`;
  return growing.length > 0 ? `${growing.length} files are still being written; run it again when they are done` : null;
}

function renderSummary(summary: IndexSummary): readonly string[] {
  const { photos, encoded, encodedNow, pending, failed, skipped, missing } = summary;
  const lines = [
    `${photos} photos: ${encoded} encoded (${encodedNow} now), ${pending} pending, ${failed} failed, ${skipped} skipped, ${missing} missing`,
  ];
  for (const { relPath, reason, message } of summary.failures)
    lines.push(`  ${plain(relPath)}: ${reason}. ${plain(message)}`);
  for (const { relPath, reason, message } of summary.unreadable)
    lines.push(`  ${plain(relPath)}: not read, ${reason}. ${plain(message)}`);
  return lines;
}
