// Makes the databases that db-backlog measures, once: `node dist/db-backlog-fill.js FOLDER [ROWS]`. What is there
// already is left as it is.
//   fresh.db  ROWS photos (a million), none tried yet
//   worn.db   the same, all but the last few encoded
//   small.db  a thousand photos, none tried yet
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { makeBacklog, openBacklog } from './db-rows.js';

/** Left in worn.db for the write-back at its end. */
const LEFT = 40_960;

/** A file appears when it is whole; closing has folded its log in. */
async function makeOnce(path: string, make: (unfinished: string) => Promise<void>): Promise<void> {
  if (existsSync(path)) return;
  await make(`${path}.part`);
  renameSync(`${path}.part`, path);
}

async function wearOut(fresh: string, worn: string): Promise<void> {
  copyFileSync(fresh, worn);
  await using backlog = await openBacklog(worn);
  while ((await backlog.pending()) > LEFT) await backlog.finish(await backlog.claim());
}

const [folder, rows = '1000000'] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node dist/db-backlog-fill.js FOLDER [ROWS]');
mkdirSync(folder, { recursive: true });
const fresh = join(folder, 'fresh.db');
await makeOnce(join(folder, 'small.db'), (unfinished) => makeBacklog(unfinished, 1000));
await makeOnce(fresh, (unfinished) => makeBacklog(unfinished, Number(rows)));
await makeOnce(join(folder, 'worn.db'), (unfinished) => wearOut(fresh, unfinished));
