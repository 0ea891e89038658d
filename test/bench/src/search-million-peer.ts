// The other process of search-million: the same vectors in plain memory. It passes over them natively, ranks them with a
// plain loop, and asks the server for small things while that one searches.
import { DIMENSION, vectorOf } from './search-vectors.js';

export type PeerTask =
  | { readonly kind: 'fill'; readonly rows: number }
  | { readonly kind: 'pass' }
  | { readonly kind: 'rank'; readonly queries: readonly (readonly number[])[]; readonly count: number }
  | { readonly kind: 'ask'; readonly urls: readonly string[]; readonly ms: number };

export interface PeerAnswers {
  readonly fill: null;
  /** Milliseconds of one pass over all of it. */
  readonly pass: number;
  /** Per query, best first. */
  readonly rank: readonly (readonly { readonly id: number; readonly score: number }[])[];
  /** Milliseconds of each request. */
  readonly ask: readonly number[];
}

const ROWS_PER_SEGMENT = 32_768;
const segments: Float32Array[] = [];

function fill(rows: number): null {
  for (let first = 0; first < rows; first += ROWS_PER_SEGMENT) {
    const length = Math.min(ROWS_PER_SEGMENT, rows - first);
    const segment = new Float32Array(length * DIMENSION);
    for (let row = 0; row < length; row++) segment.set(vectorOf(first + row + 1), row * DIMENSION);
    segments.push(segment);
  }
  return null;
}

/** Each segment with itself: equal, so that nothing ends early, and the second reading comes from the cache. */
function pass(): number {
  const start = performance.now();
  for (const segment of segments) {
    // Two views: of one and the same, Buffer.compare knows without looking.
    if (Buffer.compare(Buffer.from(segment.buffer), Buffer.from(segment.buffer)) !== 0)
      throw new Error('a buffer that differs from itself');
  }
  return performance.now() - start;
}

function rank(query: readonly number[], count: number): PeerAnswers['rank'][number] {
  const wanted = Float64Array.from(query);
  let best: { id: number; score: number }[] = [];
  for (const [at, segment] of segments.entries()) {
    for (let row = 0; row * DIMENSION < segment.length; row++) {
      let score = 0;
      for (let i = 0; i < DIMENSION; i++) score += segment[row * DIMENSION + i]! * wanted[i]!;
      best.push({ id: at * ROWS_PER_SEGMENT + row + 1, score });
    }
    best = best.sort((left, right) => right.score - left.score).slice(0, count);
  }
  return best;
}

async function ask(urls: readonly string[], ms: number): Promise<readonly number[]> {
  const times: number[] = [];
  const until = performance.now() + ms;
  for (let turn = 0; performance.now() < until; turn++) {
    const start = performance.now();
    const answer = await fetch(urls[turn % urls.length]!);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${urls[turn % urls.length]} answers ${answer.status}`);
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return times;
}

async function perform(task: PeerTask): Promise<PeerAnswers[PeerTask['kind']]> {
  switch (task.kind) {
    case 'fill':
      return fill(task.rows);
    case 'pass':
      return pass();
    case 'rank':
      return task.queries.map((query) => rank(query, task.count));
    case 'ask':
      return await ask(task.urls, task.ms);
  }
}

process.on('message', (task: PeerTask) => {
  perform(task).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
