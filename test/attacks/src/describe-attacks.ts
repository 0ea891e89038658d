import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, describe, expect, test } from 'vitest';
import { type Attack, addFigures, type Round, type Size } from './attack.js';
import { createRandom } from './random.js';
import { openRoundBook, type RoundBook } from './round-book.js';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HOUR_MS = 3_600_000;
/** What all lives of a run may spend; the rest is told as not run. */
const BUDGET_MS: Readonly<Record<Size, number>> = { smoke: HOUR_MS, deep: 0.7 * HOUR_MS, nightly: 4 * HOUR_MS };

/** One test an attack: its rounds, then its control. The results go to `reports/attacks-SIZE.json`. */
export function describeAttacks(attacks: readonly Attack[], size: Size): void {
  const firstSeed = Number(process.env.CLIP_WATCH_TEST_SEED ?? 1);
  const file = size === 'nightly' ? join(ROOT, '.cache/attacks-nightly.json') : undefined;
  const book = openRoundBook(size, file, commitOf(ROOT));
  const only = process.env.CLIP_WATCH_TEST_ATTACKS?.split(',');
  const chosen = attacks.filter(({ name }) => only === undefined || only.includes(name));

  describe(`attacks (${size})`, () => {
    test.for(chosen.map((attack) => [`${attack.name}: ${attack.promise}`, attack] as const))(
      '%s',
      { timeout: 5 * HOUR_MS },
      async ([, attack], { skip }) => {
        const missing = attack.missing?.();
        if (missing !== undefined) {
          process.stderr.write(`\n*** SKIPPED: ${missing}, so the attack ${attack.name} does not run. ***\n\n`);
          book.write(attack.name, { ...book.resultOf(attack.name), missing }, 0);
          skip(missing);
        }
        await runRounds(attack, size, firstSeed, book);
        await runControl(attack, size, firstSeed, book);
        const { rounds } = book.resultOf(attack.name);
        expect(rounds.flatMap(({ seed, error }) => (error === null ? [] : [`seed ${seed}: ${error}`]))).toEqual([]);
        expect(rounds.length, 'rounds that the time was enough for').toBe(attack.rounds[size]);
      },
    );
    afterAll(() => {
      const isComplete = chosen.every((attack) => isDone(attack, size, book));
      const results = book.close(isComplete);
      mkdirSync(join(PACKAGE, 'reports'), { recursive: true });
      writeFileSync(
        join(PACKAGE, `reports/attacks-${size}.json`),
        JSON.stringify(
          {
            size,
            minutes: Math.round(book.spentMs() / 60_000),
            versions: book.versions(),
            attacks: chosen.map((attack) => told(attack, results[attack.name])),
          },
          null,
          2,
        ),
      );
    });
  });
}

/** Of a copy without its history: unknown. */
function commitOf(folder: string): string {
  const { stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: folder, encoding: 'utf8' });
  return stdout?.trim() || 'unknown';
}

async function runRounds(attack: Attack, size: Size, firstSeed: number, book: RoundBook): Promise<void> {
  for (let n = book.resultOf(attack.name).rounds.length; n < attack.rounds[size]; n += 1) {
    if (book.spentMs() > BUDGET_MS[size]) return;
    const seed = firstSeed + n;
    const startedAt = performance.now();
    const { figures, error } = await inRound(size, seed, async (round) => attack.attack(round)).then(
      (counted) => ({ figures: counted, error: null }),
      (cause: unknown) => ({
        figures: {},
        error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
      }),
    );
    const ms = Math.round(performance.now() - startedAt);
    process.stdout.write(`${attack.name} seed ${seed}: ${error ?? JSON.stringify(figures)} (${ms} ms)\n`);
    const before = book.resultOf(attack.name);
    book.write(attack.name, { ...before, rounds: [...before.rounds, { seed, ms, figures, error }] }, ms);
  }
}

async function runControl(attack: Attack, size: Size, seed: number, book: RoundBook): Promise<void> {
  if (book.resultOf(attack.name).control !== null) return;
  const startedAt = performance.now();
  const control = await inRound(size, seed, (round) => attack.control(round));
  process.stdout.write(`${attack.name} control: ${control}\n`);
  book.write(attack.name, { ...book.resultOf(attack.name), control }, performance.now() - startedAt);
}

async function inRound<T>(size: Size, seed: number, action: (round: Round) => Promise<T>): Promise<T> {
  using folder = tempFolder();
  return await action({ size, seed, random: createRandom(seed), folder: folder.path });
}

function isDone({ name, rounds }: Attack, size: Size, book: RoundBook): boolean {
  const result = book.resultOf(name);
  return result.missing !== null || (result.rounds.length >= rounds[size] && result.control !== null);
}

function told({ name, promise, counts }: Attack, result: ReturnType<RoundBook['resultOf']> | undefined) {
  const rounds = result?.rounds ?? [];
  return {
    name,
    promise,
    counts,
    rounds: rounds.length,
    broken: rounds.filter(({ error }) => error !== null).length,
    figures: addFigures(rounds.map(({ figures }) => figures)),
    control: result?.control ?? null,
    missing: result?.missing ?? null,
  };
}
