// A process that loads a second copy of the SQLite library, as a plugin with its own would. Plain JavaScript: it runs as
// a process of its own, without a build. Arguments: what to do, the database file, the second copy.
import { openDatabase } from '@clip-watch/db';
import { Driver } from './db-driver.mjs';

const [what, file, second] = process.argv.slice(2);
const loadSecond = (name = ':memory:') => new Driver(name, { nativeBinding: second, timeout: 10 });

async function open() {
  const database = await openDatabase({ url: `file:${file}` });
  const { photos } = await database.images.counters();
  await database.close();
  return `opened ${photos}`;
}

/** A connection that nobody knows any more is closed with the next garbage collection. */
const held = [];

/** A connection is idle until it reads. */
function hold(database) {
  held.push(database);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('CREATE TABLE IF NOT EXISTS held (a)');
}

function lock(database) {
  database.exec('BEGIN IMMEDIATE');
  return 'locked';
}

const acts = {
  'second-first'() {
    hold(loadSecond(file));
    return open();
  },
  async 'second-later'() {
    await open();
    hold(loadSecond(file));
    return open();
  },
  async 'second-beside'() {
    const ours = await openDatabase({ url: `file:${file}` });
    hold(loadSecond(file));
    return open().finally(() => ours.close());
  },
  'second-elsewhere'() {
    hold(loadSecond(`${file}-of-the-plugin`));
    return open();
  },
  async 'twice-beside-second'() {
    hold(loadSecond(`${file}-of-the-plugin`));
    const ours = await openDatabase({ url: `file:${file}` });
    return open().finally(() => ours.close());
  },
  async 'node-sqlite'() {
    const { DatabaseSync } = await import('node:sqlite');
    hold(new DatabaseSync(file));
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
