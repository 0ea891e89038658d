// What a process that works on a backlog takes: claims and gives back, then writes a thousand rows back, again and again
// the same work whatever the backlog. `node dist/db-backlog-memory.js FILE` prints the most it was resident, in kB.
import { openBacklog } from './db-rows.js';

const ROUNDS = 400;
const WRITTEN = 768;

const [file = ''] = process.argv.slice(2);
await using backlog = await openBacklog(file);
for (let round = 0; round < ROUNDS; round += 1) {
  const { token } = await backlog.claim();
  await backlog.database.images.releaseClaims(token);
}
for (let rows = 0; rows < WRITTEN; ) {
  const claim = await backlog.claim();
  await backlog.finish(claim);
  rows += claim.candidates.length;
}
process.stdout.write(`${process.resourceUsage().maxRSS}\n`);
