// A process that works a backlog off, told by one JSON argument. Plain JavaScript: it runs as a process of its own,
// without a build. It is killed, traced and raced by the tests beside it.
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { openDatabase } from '@clip-watch/db';

const MODEL_VERSION = 'model-a';
const DIMENSION = 32;
const STDOUT = 1;

/** Puts the driver's own setting back, in this process only: on its way to the thread of the connection. */
function weakenDriver() {
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function weakened(message) {
    const text = message.request?.text?.replace('synchronous = FULL', 'synchronous = NORMAL');
    return postMessage.call(this, text === undefined ? message : { ...message, request: { ...message.request, text } });
  };
}

function say(word, ids) {
  // Straight to the descriptor: what was said is with the parent, whatever happens next.
  writeSync(STDOUT, `${word} ${ids.join(',')}\n`);
}

/** As the drain does: what the lock or the disk refused for now is tried again. Nothing of it was done. */
async function patiently(call) {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (error.retryable !== true) throw error;
      await sleep(20);
    }
  }
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
  const { written } = await patiently(() => images.backfillClipEmbeddings(batch));
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
    await patiently(() => images.rescueExpiredClaims());
    const claim = await patiently(() => claimSome(images, request));
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
if (argument.waits) {
  say('ready', []);
  await once(process.stdin, 'data');
  process.stdin.destroy();
}
await work(database, argument);
await database.close();
