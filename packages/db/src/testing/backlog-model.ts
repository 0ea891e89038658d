import { accessSync, constants } from 'node:fs';
import { openDatabase } from '../database.js';
import type { ClipCandidate, ClipClaim, ClipErrorClass, Database, ImageRow } from '../types.js';
import { CONTENTS, OWNERS, PATHS, type Step } from './backlog-steps.js';
import { MODEL, temporaryFolder } from './open-test-database.js';
import { claimOf, collect, embeddingOf, failureOf, hashOf, photo } from './rows.js';

/*
 * The backlog as random programs meet it: scans, two drains, crashes, jumps of the clock. What the table must be after
 * each step is written down here as facts about the photos, not as the statements' own logic.
 */

const LEASE_MS = 60_000;
const DAY_MS = 86_400_000;

export interface Backlog extends AsyncDisposable {
  /** Runs a program on an empty table. @throws Error that names the fact which does not hold */
  run(steps: readonly Step[]): Promise<void>;
  readonly database: Database;
}

/** A folder in memory where there is one: these tests are about logic, and fsync is most of their time. */
function memoryFolder(): string | undefined {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return undefined; // the disk does, only slower
  }
}

export async function openBacklog(): Promise<Backlog> {
  const folder = temporaryFolder(memoryFolder());
  const clock = { time: 1_700_000_000_000 };
  const database = await openDatabase({ url: `file:${folder.path}/model.db`, now: () => clock.time });
  await database.clipState.pin(MODEL);
  let runs = 0;
  return {
    database,
    async run(steps) {
      runs += 1;
      clock.time = 1_700_000_000_000;
      const library = await database.libraries.add({ name: 'l', rootPath: `/l${runs}`, excludedDirs: [] });
      const program = createProgram(database, library.id, clock);
      try {
        for (const step of steps) await program.take(step);
        await program.comeToRest();
      } finally {
        await database.libraries.remove(library.id);
      }
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      folder.remove();
    },
  };
}

interface Held {
  readonly claim: ClipClaim;
  readonly left: ClipCandidate[];
}

function hold(fact: boolean, what: string): asserts fact {
  if (!fact) throw new Error(what);
}

function createProgram(database: Database, libraryId: number, clock: { time: number }) {
  const { images } = database;
  const held: Held[] = [];
  /** Bytes with a final verdict, and with any verdict, since somebody last asked to try again. */
  const condemned = new Set<string>();
  const tried = new Map<string, number>();

  async function readRows(): Promise<readonly ImageRow[]> {
    const known = await images.pageKnownFiles({ libraryId, after: null, limit: 100 });
    return images.findImages(known.map(({ id }) => id));
  }

  async function rowAt(index: number): Promise<ImageRow | null> {
    return images.findImageByPath(libraryId, PATHS[index] ?? '');
  }

  async function checkCounters(rows: readonly ImageRow[]): Promise<void> {
    const seen = rows.filter((row) => row.missingSince === null);
    const count = (status: string): number => seen.filter((row) => row.clip.status === status).length;
    const counters = await images.counters(libraryId);
    const counted = {
      photos: seen.length,
      encoded: count('encoded'),
      pending: count('pending'),
      failed: count('failed'),
      skipped: count('skipped'),
      missing: rows.length - seen.length,
      preview: 0,
      low: 0,
    };
    hold(JSON.stringify(counters) === JSON.stringify(counted), `counters ${JSON.stringify({ counters, counted })}`);
    const troubled = seen.filter((row) => row.clip.errorClass !== null).length;
    const grouped = (await images.failureGroups(libraryId)).reduce((sum, group) => sum + group.count, 0);
    hold(grouped === troubled, `${grouped} rows in groups of failures, ${troubled} rows with one`);
  }

  function checkRow(row: ImageRow): void {
    const { clip } = row;
    hold(clip.status !== 'failed' || condemned.has(row.contentHash), `${row.relPath} failed without a final verdict`);
    hold(
      clip.status !== 'pending' || clip.errorClass === null || clip.nextAttemptAt !== null,
      `${row.relPath} has no wait`,
    );
    hold(clip.status === 'pending' || clip.claimedUntil === null, `${row.relPath} is ${clip.status} and claimed`);
    hold(clip.attempts <= (tried.get(row.contentHash) ?? 0), `${row.relPath} counts ${clip.attempts} attempts`);
    hold(clip.status !== 'encoded' || clip.modelVersion === MODEL.version, `${row.relPath} is in a foreign model`);
    hold((clip.status === 'skipped') === (row.skipReason !== null), `${row.relPath}: skipped without a reason`);
  }

  async function checkVectors(rows: readonly ImageRow[]): Promise<void> {
    for (const row of rows) {
      const found = await images.findEmbedding(row.id);
      hold(
        (found !== null) === (row.clip.modelVersion !== null),
        `${row.relPath}: vector without model, or the reverse`,
      );
      hold(row.clip.status !== 'encoded' || found !== null, `${row.relPath} is encoded and has no vector`);
      if (found === null) continue;
      const own = embeddingOf({ token: '' } as ClipClaim, row).embedding; // only its bytes count
      hold(found.embedding.join() === own.join(), `${row.relPath} has the vector of other bytes`);
    }
    const streamed = await collect(images.streamEmbeddings({ modelVersion: MODEL.version }));
    const searchable = rows.filter((row) => row.clip.status === 'encoded' && row.missingSince === null);
    hold(
      streamed.map(({ id }) => id).join() ===
        [...searchable]
          .map(({ id }) => id)
          .sort((a, b) => a - b)
          .join(),
      'searchable rows',
    );
  }

  function checkFlight(rows: readonly ImageRow[]): void {
    const flying = rows.filter((row) => row.clip.claimedUntil !== null).map((row) => row.contentHash);
    hold(new Set(flying).size === flying.length, 'equal bytes are in flight twice');
  }

  async function check(): Promise<void> {
    const rows = await readRows();
    rows.forEach(checkRow);
    checkFlight(rows);
    await checkVectors(rows);
    await checkCounters(rows);
  }

  function isOpen(row: ImageRow): boolean {
    return row.clip.status === 'pending' && row.missingSince === null && row.clip.claimedUntil === null;
  }

  function isDue(row: ImageRow): boolean {
    const { nextAttemptAt } = row.clip;
    return nextAttemptAt === null || nextAttemptAt <= clock.time || nextAttemptAt > clock.time + DAY_MS;
  }

  function checkCandidate(
    candidate: ClipCandidate,
    before: readonly ImageRow[],
    step: Extract<Step, { kind: 'claim' }>,
  ) {
    const row = before.find(({ id }) => id === candidate.id);
    hold(row !== undefined && isOpen(row), `${candidate.relPath} was claimed though it is not open`);
    hold(isDue(row) || (step.lane === 'retries' && !step.alone), `${candidate.relPath} was claimed before its time`);
    hold(
      row.clip.crashes >= 2 === step.alone,
      `${candidate.relPath} with ${row.clip.crashes} crashes, alone: ${step.alone}`,
    );
    const twins = before.filter(({ contentHash }) => contentHash === row.contentHash);
    hold(!twins.some(({ clip }) => clip.modelVersion === MODEL.version), `${candidate.relPath} has an encoded twin`);
    hold(!twins.some(({ clip }) => clip.claimedUntil !== null), `${candidate.relPath} has a twin in flight`);
    hold(!twins.some(({ clip }) => clip.status === 'failed'), `${candidate.relPath} has a failed twin`);
    return row;
  }

  function checkOrder(claimed: readonly ImageRow[]): void {
    const fresh = claimed.filter(({ clip }) => clip.nextAttemptAt === null);
    const times = fresh.map(({ sortTime }) => sortTime);
    hold(
      times.every((time, at) => at === 0 || time <= (times[at - 1] ?? 0)),
      'fresh rows are not newest first',
    );
    hold(
      claimed.slice(0, fresh.length).every(({ clip }) => clip.nextAttemptAt === null),
      'a retry went before fresh rows',
    );
  }

  async function claimRows(step: Extract<Step, { kind: 'claim' }>): Promise<void> {
    const before = await readRows();
    const { limit, lane, alone } = step;
    const request = { limit, lane, alone, owner: OWNERS[step.owner] ?? 'one', leaseMs: LEASE_MS };
    const claimed = await images.claimClipCandidates(claimOf(libraryId, request));
    hold(claimed.candidates.length <= (alone ? 1 : limit), 'more rows than asked for');
    checkOrder(claimed.candidates.map((candidate) => checkCandidate(candidate, before, step)));
    for (const { id } of claimed.candidates) tokens.set(id, claimed.token);
    held.push({ claim: claimed, left: [...claimed.candidates] });
    if (held.length > 4) held.shift();
  }

  /** Whether the claim is still good for this row: what the outcome must go by. */
  function isHolder(
    row: ImageRow | null,
    candidate: ClipCandidate,
    tokens: Map<number, string>,
    token: string,
  ): boolean {
    return row !== null && row.contentHash === candidate.contentHash && tokens.get(row.id) === token;
  }

  /** The program's own word on who holds what, from what each step answered. */
  const tokens = new Map<number, string>();

  async function syncTokens(): Promise<void> {
    const rows = await readRows();
    const open = new Set(rows.filter((row) => row.clip.claimedUntil !== null).map(({ id }) => id));
    for (const id of [...tokens.keys()]) if (!open.has(id)) tokens.delete(id);
  }

  async function withCandidate(
    index: number,
    settle: (
      claim: ClipClaim,
      candidate: ClipCandidate,
    ) => Promise<{ readonly written: number; readonly stale: number }>,
    good: boolean,
  ): Promise<void> {
    const chosen = held[index % Math.max(1, held.length)];
    const candidate = chosen?.left.shift();
    if (chosen === undefined || candidate === undefined) return;
    const before = await images.findImage(candidate.id);
    const holds = good && isHolder(before, candidate, tokens, chosen.claim.token);
    const result = await settle(chosen.claim, candidate);
    hold(
      result.written === (holds ? 1 : 0),
      `${candidate.relPath}: written ${result.written}, the claim ${holds ? 'holds' : 'is lost'}`,
    );
    if (holds) return;
    const after = await images.findImage(candidate.id);
    hold(JSON.stringify(after) === JSON.stringify(before), `${candidate.relPath} was changed by a stale outcome`);
  }

  async function fail(step: Extract<Step, { kind: 'fail' }>): Promise<void> {
    const final = step.final && step.errorClass === 'photo';
    const countsAttempt = step.errorClass === 'photo' || step.errorClass === 'bug';
    await withCandidate(
      step.claim,
      async (each, candidate) => {
        const before = await readRows();
        const failure = failureOf(each, candidate, {
          errorClass: step.errorClass,
          final,
          countsAttempt,
          nextAttemptAt: clock.time + 60_000,
        });
        if (final) condemned.add(candidate.contentHash);
        if (countsAttempt) tried.set(candidate.contentHash, (tried.get(candidate.contentHash) ?? 0) + 1);
        const result = await images.recordClipFailures([failure]);
        await checkSpread(before, candidate, step.errorClass);
        return result;
      },
      true,
    );
  }

  /** Only a word on the bytes goes to their other names. */
  async function checkSpread(
    before: readonly ImageRow[],
    candidate: ClipCandidate,
    errorClass: ClipErrorClass,
  ): Promise<void> {
    if (errorClass === 'photo' || errorClass === 'bug') return;
    for (const row of before) {
      if (row.id === candidate.id || row.contentHash !== candidate.contentHash) continue;
      const after = await images.findImage(row.id);
      hold(
        after?.clip.errorClass === row.clip.errorClass,
        `${row.relPath} took over an outage of ${candidate.relPath}`,
      );
    }
  }

  async function release(step: Extract<Step, { kind: 'release' }>): Promise<void> {
    const chosen = held[step.claim % Math.max(1, held.length)];
    const candidate = chosen?.left[0];
    if (chosen === undefined || candidate === undefined) return;
    const before = await images.findImage(candidate.id);
    const token = step.foreign ? 'nobody' : chosen.claim.token;
    const holds = !step.foreign && before !== null && tokens.get(candidate.id) === token;
    const ids = [candidate.id];
    const freed = await images.releaseClaims(token, step.crashed ? { ids: [], crashedIds: ids } : { ids });
    hold(freed === (holds ? 1 : 0), `released ${freed} rows, the claim ${holds ? 'holds' : 'is lost'}`);
    const after = await images.findImage(candidate.id);
    const crashes = (before?.clip.crashes ?? 0) + (holds && step.crashed ? 1 : 0);
    hold(
      (after?.clip.crashes ?? 0) === crashes,
      `${candidate.relPath} counts ${after?.clip.crashes} crashes, not ${crashes}`,
    );
    hold(after?.clip.nextAttemptAt === before?.clip.nextAttemptAt, `${candidate.relPath}: a release is no outcome`);
    chosen.left.shift();
  }

  async function rescue(): Promise<void> {
    const before = await readRows();
    await images.rescueExpiredClaims();
    for (const row of before) {
      const after = await images.findImage(row.id);
      const until = row.clip.claimedUntil;
      const expired = until !== null && until <= clock.time;
      const jumped = until !== null && until > clock.time + DAY_MS;
      hold(
        (after?.clip.claimedUntil === null) === (until === null || expired || jumped),
        `${row.relPath}: rescued too early or too late`,
      );
      hold(after?.clip.crashes === row.clip.crashes + (expired ? 1 : 0), `${row.relPath}: crashes after a rescue`);
    }
  }

  async function scan(step: Extract<Step, { kind: 'scan' }>): Promise<void> {
    const content = CONTENTS[step.content] ?? 'red';
    const before = await rowAt(step.path);
    const facts = photo(PATHS[step.path] ?? 'a.jpg', {
      content,
      modifiedAtMs: 1_600_000_000_000 + step.path,
      skipReason: step.skipped && step.path === 0 ? 'excluded' : null,
    });
    await images.upsertPhotos(libraryId, [facts]);
    const after = await rowAt(step.path);
    hold(after?.missingSince === null && after.contentHash === hashOf(content), 'the row is not what the scan saw');
    if (before !== null && before.contentHash !== after.contentHash) {
      hold(
        after.clip.attempts === 0 && after.clip.crashes === 0 && after.clip.claimedUntil === null,
        'new bytes, old ledger',
      );
      tokens.delete(after.id);
    }
  }

  async function exclude(step: Extract<Step, { kind: 'exclude' }>): Promise<void> {
    const before = await rowAt(step.path);
    if (before === null) return;
    await images.setSkipped([{ id: before.id, skipReason: step.excluded ? 'excluded' : null }]);
    const after = await rowAt(step.path);
    hold(after?.clip.modelVersion === before.clip.modelVersion, `${before.relPath}: hiding touched the vector`);
    if (step.excluded) hold(after?.clip.status === 'skipped', `${before.relPath} was not hidden`);
    else hold(after?.clip.status !== 'skipped', `${before.relPath} is still hidden`);
  }

  async function requeue(step: Extract<Step, { kind: 'requeue' }>): Promise<void> {
    const row = step.path === null ? null : await rowAt(step.path);
    if (step.path !== null && row === null) return;
    await images.requeue(row === null ? { libraryId } : { ids: [row.id] });
    const rows = await readRows();
    const asked = rows.filter((each) =>
      row === null ? each.missingSince === null : each.contentHash === row.contentHash,
    );
    for (const each of asked) hold(each.clip.status !== 'failed', `${each.relPath} is still failed`);
    const left = new Set(rows.filter(({ clip }) => clip.status === 'failed').map(({ contentHash }) => contentHash));
    for (const each of asked) if (!left.has(each.contentHash)) condemned.delete(each.contentHash);
  }

  async function act(step: Step): Promise<void> {
    switch (step.kind) {
      case 'scan':
        return scan(step);
      case 'lose': {
        const row = await rowAt(step.path);
        if (row === null) return;
        await images.markMissing([row.id], clock.time);
        const after = await rowAt(step.path);
        return hold(after?.missingSince === (row.missingSince ?? clock.time), `${row.relPath}: missing since`);
      }
      case 'see': {
        const row = await rowAt(step.path);
        if (row !== null) await images.markSeen([row.id]);
        return;
      }
      case 'sweep': {
        const gone = (await readRows()).filter(
          (row) => row.missingSince !== null && row.missingSince < clock.time - DAY_MS,
        );
        const removed = await images.removeMissing(libraryId, clock.time - DAY_MS);
        return hold(removed === gone.length, `${removed} rows removed, ${gone.length} were due`);
      }
      case 'exclude':
        return exclude(step);
      case 'claim':
        return claimRows(step);
      case 'finish': {
        const changes = step.foreignModel ? { modelVersion: 'model-b' } : {};
        return withCandidate(
          step.claim,
          (each, candidate) => images.backfillClipEmbeddings([embeddingOf(each, candidate, changes)]),
          !step.foreignModel,
        );
      }
      case 'fail':
        return fail(step);
      case 'release':
        return release(step);
      case 'extend': {
        const chosen = held[step.claim % Math.max(1, held.length)];
        if (chosen !== undefined) await images.extendClaim(chosen.claim.token, LEASE_MS);
        return;
      }
      case 'rescue':
        return rescue();
      case 'restart': {
        await images.releaseOwner(OWNERS[step.owner] ?? 'one');
        return;
      }
      case 'requeue':
        return requeue(step);
      case 'wait':
        clock.time += step.ms;
        return;
      default: {
        const never: never = step;
        throw new Error(`unknown step ${JSON.stringify(never)}`);
      }
    }
  }

  /** Claims whatever goes out, one lane after the other; false when nothing does. */
  async function encodeSome(): Promise<boolean> {
    const lanes = [claimOf(libraryId, { limit: 2 }), claimOf(libraryId, { alone: true })];
    let worked = false;
    for (const request of lanes) {
      const claimed = await images.claimClipCandidates(request);
      if (claimed.candidates.length > 0 || claimed.copied > 0) worked = true;
      await images.backfillClipEmbeddings(claimed.candidates.map((each) => embeddingOf(claimed, each)));
    }
    return worked;
  }

  return {
    async take(step: Step): Promise<void> {
      await act(step);
      await syncTokens();
      await check();
    },
    /**
     * A drain whose encoder answers, asleep between the times that the table names, leaves nothing to do: no row is
     * ever forgotten. A row whose twin is in flight counts as due, so it also looks again before anything is.
     */
    async comeToRest(): Promise<void> {
      for (let rounds = 0; ; rounds += 1) {
        hold(rounds < 50, 'the backlog never ends');
        await images.rescueExpiredClaims();
        if (await encodeSome()) continue;
        const dueAt = await images.nextDueAt(libraryId);
        if (dueAt === null) break;
        clock.time = Math.max(clock.time + LEASE_MS / 2, dueAt);
      }
      const rows = await readRows();
      for (const row of rows)
        hold(row.missingSince !== null || row.clip.status !== 'pending', `${row.relPath} was forgotten`);
      await check();
    },
  };
}
