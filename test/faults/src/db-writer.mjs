// A process that works a backlog off, told by one JSON argument. Plain JavaScript: it runs as a process of its own,
// without a build. It is killed, traced and raced by the tests beside it.
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@clip-watch/db';

const MODEL_VERSION = 'model-a';
const DIMENSION = 32;
const STDOUT = 1;

/** Puts the driver's own setting back, in this process only. */
function weakenDriver() {
  const { prototype } = createRequire(import.meta.url)('better-sqlite3');
  const { exec } = prototype;
  prototype.exec = function weakened(sql) {
    return exec.call(this, sql.replace('synchronous = FULL', 'synchronous = NORMAL'));
  };
}

function say(word, ids) {
  // Straight to the descriptor: what was said is with the parent, whatever happens next.
  writeSync(STDOUT, `${word} ${ids.join(',')}\n`);
}

async function finish(images, claim) {
  const batch = claim.candidates.map(({ id, contentHash }) => ({
    imageId: id,
    contentHash,
    token: claim.token,
    modelVersion: MODEL_VERSION,
    embedding: new Float32Array(DIMENSION).fill(id),
    quality: 'full',
    decoderVersion: 'd',
  }));
  const { written } = await images.backfillClipEmbeddings(batch);
  const ids = claim.candidates.map(({ id }) => id);
  if (written === batch.length) say('stored', ids);
  else say('partly', [written, batch.length]);
  return written;
}

async function claimSome(images, request) {
  const claim = await images.claimClipCandidates(request);
  return claim.candidates.length > 0 ? claim : images.claimClipCandidates({ ...request, alone: true });
}

async function work({ images, libraries }, { owner, limit, leaseMs, stopAfter }) {
  const [library] = await libraries.list();
  const request = { libraryId: library.id, limit, owner, leaseMs, wantedModelVersion: MODEL_VERSION };
  for (let stored = 0; stored < stopAfter; ) {
    await images.rescueExpiredClaims();
    const claim = await claimSome(images, request);
    if (claim.candidates.length > 0) {
      say(
        'claimed',
        claim.candidates.map(({ id }) => id),
      );
      stored += await finish(images, claim);
    } else if ((await images.nextDueAt(library.id)) === null) return;
    else await sleep(20);
  }
}

const argument = JSON.parse(process.argv[2]);
if (argument.synchronous === 'NORMAL') weakenDriver();
const database = await openDatabase({ url: `file:${argument.file}` });
await work(database, argument);
await database.close();
