/** What was done so far, kept in a file: a run that was killed goes on where it stood. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Figures, Size } from './attack.js';

export interface DoneRound {
  readonly seed: number;
  readonly ms: number;
  readonly figures: Figures;
  /** Null for a promise that held. */
  readonly error: string | null;
}

export interface AttackResult {
  readonly rounds: readonly DoneRound[];
  /** What the control showed; null before it ran, or when it failed. */
  readonly control: string | null;
  /** What the machine lacks; null when it was attacked. */
  readonly missing: string | null;
}

interface Book {
  readonly size: Size;
  /** Milliseconds spent by all lives of the run. */
  spentMs: number;
  /** Of the program that was attacked, in the order of these lives. */
  readonly versions: string[];
  readonly results: Record<string, AttackResult>;
}

export interface RoundBook {
  /** Whether all of an attack is in the book already. */
  resultOf(attack: string): AttackResult;
  write(attack: string, result: AttackResult, tookMs: number): void;
  spentMs(): number;
  versions(): readonly string[];
  /** The results so far, and the file gone when they are complete. */
  close(isComplete: boolean): Readonly<Record<string, AttackResult>>;
}

const NOTHING: AttackResult = { rounds: [], control: null, missing: null };

/**
 * @param file undefined: kept in memory only
 * @param version of the program that this life attacks
 */
export function openRoundBook(size: Size, file: string | undefined, version: string): RoundBook {
  const kept = file === undefined ? undefined : readBook(file, size);
  const book = kept ?? { size, spentMs: 0, versions: [], results: {} };
  if (!book.versions.includes(version)) book.versions.push(version);
  return {
    resultOf: (attack) => book.results[attack] ?? NOTHING,
    write(attack, result, tookMs) {
      book.results[attack] = result;
      book.spentMs += tookMs;
      if (file !== undefined) replaceFile(file, JSON.stringify(book));
    },
    spentMs: () => book.spentMs,
    versions: () => book.versions,
    close(isComplete) {
      if (file !== undefined && isComplete) rmSync(file, { force: true });
      return book.results;
    },
  };
}

function readBook(file: string, size: Size): Book | undefined {
  try {
    const book = JSON.parse(readFileSync(file, 'utf8')) as Book; // Only this file writes it, whole or not at all.
    return book.size === size ? book : undefined;
  } catch {
    return undefined; // There is none yet.
  }
}

function replaceFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
