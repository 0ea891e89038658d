import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type ClipModelState, cameraName, type Database, type IndexedEmbedding } from '@clip-watch/db';
import type { BaseLogger } from 'pino';
import { HostError } from '../errors.js';
import type { FromIndex, IndexWorkerData, ToIndex } from './index-protocol.js';
import type { IndexRows, RankedRows, SearchFilter } from './segment-store.js';

/** What a search index reads from. */
export interface SearchIndexDeps {
  readonly database: Pick<Database, 'images' | 'clipState' | 'onEmbedded'>;
  readonly log?: Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>;
  /** Which of two models, while photos change from one to the other. Default the active one, that is searched. */
  readonly of?: 'active' | 'wanted';
}

/**
 * The vectors of one model in a worker thread, kept current while photos are encoded.
 * `empty`: no model is known yet. `loading`: rows still come from the database; searches see what is there.
 * `ready`: all there. `closed`: over.
 */
export interface SearchIndex extends AsyncDisposable {
  readonly state: 'empty' | 'loading' | 'ready' | 'closed';
  /** Rows that a search looks at. */
  readonly size: number;
  /** The model whose vectors these are; null before the first. */
  readonly modelVersion: string | null;
  readonly dimension: number | null;
  /**
   * Takes the model of now, if another one took over; its rows are loaded meanwhile, and searches see what is there.
   * @returns what the table says of the models, as it was read for this
   */
  follow(): Promise<ClipModelState>;
  /** Resolves when everything that was stored at the start is searchable. */
  whenLoaded(): Promise<void>;
  /** Exact; see {@link SegmentStore.search} for the order. @throws HostError SEARCH_UNAVAILABLE */
  search(query: Float32Array, count: number, filter?: SearchFilter): Promise<RankedRows>;
  /** Rows that are hidden or gone. */
  remove(ids: readonly number[]): void;
  /** Rows whose vector is to be read (again) from the database. */
  refresh(ids: readonly number[]): void;
  close(): Promise<void>;
}

const WORKER: URL = new URL('../../dist/search/index.worker.js', import.meta.url);
const REFRESH_BATCH = 200;

/** Starts to load at once; does not wait for it. */
export function openSearchIndex(deps: SearchIndexDeps): SearchIndex {
  return new IndexOfWorker(deps);
}

interface Asked {
  resolve(ranked: RankedRows): void;
  reject(error: Error): void;
}

class IndexOfWorker implements SearchIndex {
  state: SearchIndex['state'] = 'empty';
  size = 0;
  modelVersion: string | null = null;
  dimension: number | null = null;
  readonly #deps: SearchIndexDeps;
  readonly #asked = new Map<number, Asked>();
  readonly #due = new Set<number>();
  readonly #unsubscribe: () => void;
  readonly #ending = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker;
  #nextId = 1;
  #loading: Promise<void>;
  #streaming: Promise<void> = Promise.resolve();
  #following: Promise<ClipModelState> | null = null;
  #refreshing: Promise<void> | null = null;
  #closing: Promise<void> | undefined;

  constructor(deps: SearchIndexDeps) {
    this.#deps = deps;
    this.#worker = this.#startWorker();
    this.#unsubscribe = deps.database.onEmbedded((ids) => this.refresh(ids));
    this.#loading = this.#load();
  }

  follow(): Promise<ClipModelState> {
    this.#following ??= this.#takeModel().finally(() => {
      this.#following = null;
    });
    return this.#following;
  }

  whenLoaded(): Promise<void> {
    return this.#loading;
  }

  search(query: Float32Array, count: number, filter: SearchFilter = {}): Promise<RankedRows> {
    if (this.state === 'closed') return Promise.reject(new HostError('SEARCH_UNAVAILABLE', 'the search is closed'));
    if (this.dimension !== null && query.length !== this.dimension)
      return Promise.reject(
        new HostError(
          'SEARCH_UNAVAILABLE',
          `the encoder gives ${query.length} numbers, the photos have ${this.dimension}`,
        ),
      );
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#send({ kind: 'search', id, query, count, filter });
    });
  }

  remove(ids: readonly number[]): void {
    if (ids.length > 0) this.#send({ kind: 'remove', ids });
  }

  refresh(ids: readonly number[]): void {
    for (const id of ids) this.#due.add(id);
    this.#refreshing ??= this.#refreshDue()
      .catch((err: unknown) => {
        if (this.#closing === undefined)
          this.#deps.log?.warn({ err }, 'the search index lags; it is loaded anew at the next start');
      })
      .finally(() => {
        this.#refreshing = null;
      });
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #startWorker(): Worker {
    const workerData: IndexWorkerData = { ending: this.#ending.buffer };
    const worker = new Worker(WORKER, { workerData });
    worker.unref();
    worker.on('message', (message: FromIndex) => this.#onMessage(message));
    worker.on('error', (err) => this.#onWorkerEnd(err));
    return worker;
  }

  #onMessage(message: FromIndex): void {
    if (message.kind === 'size') {
      this.size = message.size;
      return;
    }
    const asked = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    if (message.kind === 'found') asked?.resolve(message.ranked);
    else asked?.reject(new HostError('SEARCH_UNAVAILABLE', `the search failed: ${message.message}`));
  }

  /** Out of memory, most likely. The vectors are all in the database: load them again. */
  #onWorkerEnd(cause: Error): void {
    const error = new HostError('SEARCH_UNAVAILABLE', 'the search index ended and is loaded again', { cause });
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
    if (this.#closing !== undefined) return;
    this.#deps.log?.error({ err: cause }, 'the search index ended; it is loaded again');
    this.modelVersion = null;
    this.#worker = this.#startWorker();
    this.#loading = this.#load();
  }

  #send(message: ToIndex): void {
    this.#worker.postMessage(message, message.kind === 'put' ? [message.rows.vectors.buffer as ArrayBuffer] : []);
  }

  async #load(): Promise<void> {
    try {
      await this.follow();
      await this.#streaming;
    } catch (err) {
      if (this.#closing === undefined) this.#deps.log?.error({ err }, 'the search index could not be loaded');
    }
  }

  async #takeModel(): Promise<ClipModelState> {
    const state = await this.#deps.database.clipState.read();
    const [version, dimension] =
      this.#deps.of === 'wanted'
        ? [state.wantedModelVersion, state.dimension]
        : [state.activeModelVersion, state.activeDimension];
    const isOther = version !== this.modelVersion && this.#closing === undefined;
    if (isOther && version !== null && dimension !== null) this.#loadModel(version, dimension);
    return state;
  }

  #loadModel(version: string, dimension: number): void {
    this.modelVersion = version;
    this.dimension = dimension;
    this.state = 'loading';
    this.#send({ kind: 'reset', dimension });
    this.#streaming = this.#stream(version);
    this.#streaming.catch(() => {}); // told when it is awaited
  }

  async #stream(modelVersion: string): Promise<void> {
    for await (const batch of this.#deps.database.images.streamEmbeddings({ modelVersion })) {
      if (this.#closing !== undefined || this.modelVersion !== modelVersion) return;
      this.#put(batch);
    }
    if (this.modelVersion === modelVersion) this.state = 'ready';
  }

  /** The first photos of a new data folder, or another model took over: all of its rows are loaded. */
  async #followModel(): Promise<boolean> {
    await this.follow();
    await this.#streaming;
    return this.modelVersion !== null;
  }

  #put(rows: readonly IndexedEmbedding[]): void {
    if (rows.length > 0 && this.dimension !== null) this.#send({ kind: 'put', rows: toColumns(rows, this.dimension) });
  }

  async #refreshDue(): Promise<void> {
    await this.#loading;
    while (this.#due.size > 0 && this.#closing === undefined) {
      if (!(await this.#followModel())) return;
      const modelVersion = this.modelVersion ?? '';
      const ids = [...this.#due].slice(0, REFRESH_BATCH);
      for (const id of ids) this.#due.delete(id);
      const rows = await this.#readRows(ids, modelVersion);
      // What was read for one model has no place in another.
      if (this.modelVersion === modelVersion) this.#put(rows);
      else this.refresh(ids);
    }
    if (this.#closing === undefined) this.state = 'ready';
  }

  async #readRows(ids: readonly number[], modelVersion: string): Promise<readonly IndexedEmbedding[]> {
    const { images } = this.#deps.database;
    const rows: IndexedEmbedding[] = [];
    for (const row of await images.findImages(ids)) {
      const isListed = row.missingSince === null && row.clip.status === 'encoded';
      const found = isListed ? await images.findEmbedding(row.id, modelVersion) : null;
      if (found === null) continue;
      rows.push({
        id: row.id,
        libraryId: row.libraryId,
        sortTime: row.sortTime,
        camera: cameraName(row.cameraMake, row.cameraModel),
        embedding: found.embedding,
      });
    }
    return rows;
  }

  async #stop(): Promise<void> {
    this.state = 'closed';
    this.#unsubscribe();
    for (const { reject } of this.#asked.values()) reject(new HostError('SEARCH_UNAVAILABLE', 'the search is closed'));
    this.#asked.clear();
    // Together: a database that hangs must not keep the worker from being told.
    await Promise.allSettled([this.#refreshing, this.#endWorker()]);
  }

  /** Never by `terminate`: inside of a native call that aborts the process. Not loaded yet, it ends at its first message. */
  async #endWorker(): Promise<void> {
    if (this.#worker.threadId === -1) return; // It has ended already.
    this.#worker.ref(); // A process that must end before this has to know that it cannot exit in the regular way.
    const ended = once(this.#worker, 'exit').catch(() => {}); // `error`: then it ended as well.
    Atomics.store(this.#ending, 0, 1);
    this.#send({ kind: 'end' });
    await ended;
  }
}

function toColumns(rows: readonly IndexedEmbedding[], dimension: number): IndexRows {
  const vectors = new Float32Array(rows.length * dimension);
  for (const [index, { embedding }] of rows.entries()) vectors.set(embedding, index * dimension);
  return {
    ids: Uint32Array.from(rows, ({ id }) => id),
    libraryIds: Uint32Array.from(rows, ({ libraryId }) => libraryId),
    sortTimes: Float64Array.from(rows, ({ sortTime }) => sortTime),
    cameras: rows.map(({ camera }) => camera),
    vectors,
  };
}
