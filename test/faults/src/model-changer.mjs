// A process that changes all photos from one model to the next, again and again. It is killed by the test beside it.
// With `between` as its third argument it stops where the search has gone over and nothing is carried over yet.
// Plain JavaScript: it runs as a process of its own, without a build.
import { writeSync } from 'node:fs';
import { openDatabase } from '@clip-watch/db';
import { advanceModelChange } from '@clip-watch/watcher';

const STDOUT = 1;
const [file, owner, stopsAt] = process.argv.slice(2);

/** The number behind `model-`: every vector of a model is full of it. */
const numberOf = (version) => Number(version.slice('model-'.length));
const modelOf = (number) => ({ version: `model-${number}`, name: 'made up', dimension: 8 + 8 * (number % 2) });
// Straight to the descriptor: what was said is with the parent, whatever happens next.
const say = (word) => writeSync(STDOUT, `${word}\n`);

async function encodeSome({ images, clipState, libraries }) {
  const { wantedModelVersion: modelVersion } = await clipState.read();
  const { dimension } = modelOf(numberOf(modelVersion));
  const [library] = await libraries.list();
  const request = { libraryId: library.id, limit: 40, owner, leaseMs: 60_000, wantedModelVersion: modelVersion };
  for (const reencode of [false, true]) {
    const { token, candidates } = await images.claimClipCandidates({ ...request, reencode });
    const common = { token, modelVersion, quality: 'full', decoderVersion: 'd' };
    const embedding = new Float32Array(dimension).fill(numberOf(modelVersion));
    const batch = candidates.map(({ id, contentHash }) => ({ ...common, imageId: id, contentHash, embedding }));
    await images.backfillClipEmbeddings(batch);
    if (candidates.length > 0) return true;
  }
  return false;
}

/** Everything up to the change of the search; what follows it never begins. */
function withoutCarryingOver(backlog) {
  const foldWaiting = () => {
    say('between');
    return new Promise(() => setInterval(() => {}, 60_000));
  };
  return Object.assign(Object.create(backlog), { foldWaiting });
}

const database = await openDatabase({ url: `file:${file}` });
const backlog = stopsAt === 'between' ? withoutCarryingOver(database.backlog) : database.backlog;
await database.images.releaseOwner(owner);
for (;;) {
  say('settle');
  await advanceModelChange({ backlog });
  say('encode');
  if (await encodeSome(database)) continue;
  const { activeModelVersion, wantedModelVersion } = await database.clipState.read();
  if (activeModelVersion !== wantedModelVersion) continue;
  say('switch');
  await database.clipState.switchTo(wantedModelVersion, modelOf(numberOf(wantedModelVersion) + 1));
}
