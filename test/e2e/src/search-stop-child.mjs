// Searches made vectors without a pause, and closes the index in the middle of it.  ROWS SEARCHES MOMENT_MS
import { openSearchIndex } from '@clip-watch/server';

const [rows, searches, momentMs] = process.argv.slice(2).map(Number);
const DIMENSION = 512;
const BATCH = 4_096;
const model = {
  wantedModelVersion: 'made',
  activeModelVersion: 'made',
  dimension: DIMENSION,
  activeDimension: DIMENSION,
};

const vectors = Array.from({ length: BATCH }, (_, at) => {
  const vector = new Float32Array(DIMENSION);
  vector[at % DIMENSION] = Math.SQRT1_2;
  vector[(at * 7 + 1) % DIMENSION] += Math.SQRT1_2;
  return vector;
});

async function* made() {
  for (let start = 0; start < rows; start += BATCH)
    yield vectors
      .slice(0, rows - start)
      .map((embedding, at) => ({ id: start + at + 1, libraryId: 1, sortTime: start + at, camera: null, embedding }));
}

const index = openSearchIndex({
  database: {
    images: { streamEmbeddings: () => made() },
    clipState: { read: async () => model },
    onEmbedded: () => () => {},
  },
});
await index.whenLoaded();
const asked = Array.from({ length: searches }, () => index.search(vectors[0], 1_000));
await Promise.race(asked); // The worker is at it, and the next calls wait behind this one.
await new Promise((resolve) => setTimeout(resolve, momentMs));
const closing = index.close();
const answers = await Promise.allSettled(asked);
await closing;
process.stdout.write(`${JSON.stringify({ refused: answers.filter(({ status }) => status === 'rejected').length })}\n`);
process.exit();
