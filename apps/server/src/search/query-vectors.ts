import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { ClipClient } from '@clip-watch/clip-client';
import { replaceFile, withLock } from '@clip-watch/processes';
import type { BaseLogger } from 'pino';
import { messageOf, systemCode } from '../errors.js';
import { decodeKeptVectors, encodeKeptVectors, type KeptVectors } from './kept-vectors.js';

export interface TextVector {
  readonly modelVersion: string;
  readonly vector: Float32Array;
}

/** Vectors of query texts; the last thousand are kept, over a restart too, for when every encoder is away. */
export interface QueryVectors {
  /**
   * @param modelVersion the model whose photos are searched; null when none is known yet
   * @throws ClipClientError as `encodeTexts` does
   */
  of(text: string, modelVersion: string | null, signal?: AbortSignal): Promise<TextVector>;
  /** Whether `of` would answer without an encoder. */
  has(text: string, modelVersion: string | null): boolean;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

export interface QueryVectorsOptions {
  readonly client: Pick<ClipClient, 'encodeTexts'>;
  /** Where they are kept. It holds hashes of the words, never the words. */
  readonly file: string;
  readonly log?: Pick<BaseLogger, 'debug' | 'warn'>;
}

const KEPT = 1_000;
const TIMEOUT_MS = 5_000;
// Somebody who types searches at each pause: one write for a while of it.
const WRITE_AFTER_MS = 10_000;
// A thousand of the longest vectors that a model gives, and the header.
const LARGEST_BYTES = 20e6;

export async function openQueryVectors({ client, file, log }: QueryVectorsOptions): Promise<QueryVectors> {
  const kept = new RecentVectors(await readKept(file, log));
  let due: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = (): Promise<void> => {
    clearTimeout(due);
    due = undefined;
    writing = writing
      .then(() => withLock(`${file}.lock`, () => save(file, kept)))
      .catch((err: unknown) => log?.warn({ err }, 'the vectors of searched words cannot be kept for the next start'));
    return writing;
  };
  const remember = (text: string, value: TextVector): TextVector => {
    kept.use(keyOf(value.modelVersion, text), value);
    due ??= setTimeout(() => void write(), WRITE_AFTER_MS).unref();
    return value;
  };

  const find = (text: string, modelVersion: string | null): TextVector | undefined =>
    modelVersion === null ? undefined : kept.get(keyOf(modelVersion, text));

  return {
    has: (text, modelVersion) => find(text, modelVersion) !== undefined,
    async of(text, modelVersion, signal) {
      const known = find(text, modelVersion);
      if (known !== undefined) return remember(text, known);
      const answer = await client.encodeTexts([text], { timeoutMs: TIMEOUT_MS, ...(signal ? { signal } : {}) });
      return remember(text, { modelVersion: answer.modelVersion, vector: answer.embeddings[0]! });
    },
    close: () => (due === undefined ? writing : write()),
  };
}

function keyOf(modelVersion: string, text: string): string {
  return createHash('sha256').update(`${modelVersion}\n${text}`).digest('hex');
}

/** Another process on this data folder, such as `clip-watch search`, keeps its words in the same file. */
async function save(file: string, kept: RecentVectors): Promise<void> {
  const stored = await readKept(file, undefined);
  const used = kept.takeOver(stored);
  try {
    await replaceFile(file, encodeKeptVectors(kept.ofNewestModel()));
  } catch (error) {
    kept.giveBack(used);
    throw error;
  }
}

/** A cache: what cannot be read is as if it had never been. */
async function readKept(file: string, log: QueryVectorsOptions['log']): Promise<KeptVectors | null> {
  try {
    if ((await stat(file)).size > LARGEST_BYTES) throw new Error('it is too large');
    return decodeKeptVectors(await readFile(file));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT')
      log?.warn({ file }, `the kept vectors of searched words are dropped: ${messageOf(error)}`);
    return null;
  }
}

/** The last thousand by use. */
class RecentVectors {
  // A Map keeps the order of insertion: the first key is the one used longest ago.
  readonly #byKey = new Map<string, TextVector>();
  /** Used here and not yet written, in that order. */
  #used = new Map<string, TextVector>();

  constructor(kept: KeptVectors | null) {
    if (kept !== null) this.#putAll(kept);
  }

  get(key: string): TextVector | undefined {
    return this.#byKey.get(key);
  }

  use(key: string, value: TextVector): void {
    this.#put(key, value);
    this.#used.delete(key);
    this.#used.set(key, value);
  }

  /**
   * What was kept meanwhile, unless it is another model's, and after it what was used here.
   * @returns what counts as written now
   */
  takeOver(kept: KeptVectors | null): ReadonlyMap<string, TextVector> {
    const used = this.#used;
    this.#used = new Map();
    if (kept === null || kept.modelVersion !== this.#newestModel()) return used;
    this.#byKey.clear(); // What is not in the file any more was pushed out by newer words.
    this.#putAll(kept);
    for (const [key, value] of used) this.#put(key, value);
    return used;
  }

  giveBack(used: ReadonlyMap<string, TextVector>): void {
    this.#used = new Map([...used, ...this.#used]);
  }

  #putAll({ modelVersion, vectors }: KeptVectors): void {
    for (const [key, vector] of vectors) this.#put(key, { modelVersion, vector });
  }

  #put(key: string, value: TextVector): void {
    this.#byKey.delete(key);
    this.#byKey.set(key, value);
    if (this.#byKey.size > KEPT) this.#byKey.delete(this.#byKey.keys().next().value!);
  }

  ofNewestModel(): KeptVectors {
    const modelVersion = this.#newestModel();
    const own = [...this.#byKey].filter(([, value]) => value.modelVersion === modelVersion);
    return { modelVersion, vectors: new Map(own.map(([key, { vector }]) => [key, vector])) };
  }

  #newestModel(): string {
    return [...this.#byKey.values()].at(-1)?.modelVersion ?? '';
  }
}
