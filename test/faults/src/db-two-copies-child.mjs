// A process that loads a second copy of the SQLite library, as a plugin with its own would. Plain JavaScript: it runs as
// a process of its own, without a build. Arguments: what to do, the database file, the second copy.
import { createRequire } from 'node:module';
import { openDatabase } from '@clip-watch/db';

const Driver = createRequire(import.meta.url)('better-sqlite3');
const [what, file, second] = process.argv.slice(2);
const loadSecond = (name = ':memory:') => new Driver(name, { nativeBinding: second, timeout: 10 });

async function open() {
  const database = await openDatabase({ url: `file:${file}` });
  const { photos } = await database.images.counters();
  await database.close();
  return `opened ${photos}`;
}

function lock(database) {
  database.exec('BEGIN IMMEDIATE');
  return 'locked';
}

const acts = {
  'second-first'() {
    loadSecond();
    return open();
  },
  async 'second-later'() {
    await open();
    loadSecond();
    return open();
  },
  locks: () => [lock(new Driver(file)), lock(loadSecond(file))].join(),
};

async function tell() {
  try {
    return { said: await acts[what]() };
  } catch ({ code, message }) {
    return { code, message };
  }
}
process.stdout.write(JSON.stringify(await tell()));
