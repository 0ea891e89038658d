// A program with one database: does what its parent asks, and answers each call with what came of it. Plain
// JavaScript: it runs as a process of its own, without a build. Argument: the database file.
import { openDatabase } from '@clip-watch/db';

const MODEL_VERSION = 'model-a';
const DIMENSION = 32;
const [file] = process.argv.slice(2);
const url = `file:${file}`;
let database;

const carried = ({ id, contentHash }, token) => ({ imageId: id, contentHash, token, decoderVersion: 'd' });

const calls = {
  async open() {
    database = await openDatabase({ url });
  },
  async claim(limit) {
    const [{ id }] = await database.libraries.list();
    return database.images.claimClipCandidates({
      libraryId: id,
      limit,
      owner: 'me',
      leaseMs: 600_000,
      wantedModelVersion: MODEL_VERSION,
    });
  },
  store: ({ token, candidates }) =>
    database.images.backfillClipEmbeddings(
      candidates.map((row) => ({
        ...carried(row, token),
        modelVersion: MODEL_VERSION,
        embedding: new Float32Array(DIMENSION).fill(row.id),
        quality: 'full',
      })),
    ),
  fail: ({ token, candidates }) =>
    database.images.recordClipFailures(
      candidates.map((row) => ({
        ...carried(row, token),
        errorClass: 'environment',
        reason: 'unreadable',
        message: 'made by the test',
        final: false,
        countsAttempt: false,
        nextAttemptAt: Date.now() + 60_000,
      })),
    ),
  release: ({ token }) => database.images.releaseClaims(token),
  backup: (path) => database.backup(path),
  counters: () => database.images.counters(),
  close: () => database.close(),
};

process.on('message', ({ id, call, argument }) => {
  calls[call](argument).then(
    (value) => process.send({ id, kind: 'done', value }),
    ({ code, message, retryable }) => process.send({ id, kind: 'refused', code, message, retryable }),
  );
});
// Its end is the parent's end.
process.on('disconnect', () => process.exit(0));
