/** A program that drains until it is killed. Arguments: database file, encoder address, library id is in the database. */
import { createClipClient } from '@clip-watch/clip-client';
import { openDatabase } from '@clip-watch/db';
import { createBacklogDrain } from '@clip-watch/watcher';
import { fakeDecoder } from './drain-fake-decoder.js';

const [file, address] = process.argv.slice(2);
if (file === undefined || address === undefined) throw new Error('usage: drain-killed-child FILE ADDRESS');
const database = await openDatabase({ url: `file:${file}` });
const drain = createBacklogDrain({
  database,
  clipClient: createClipClient({ addresses: [address] }),
  decodeHost: fakeDecoder(),
  libraries: () => database.libraries.list(),
});
drain.wake();
// The wake alone keeps no process alive; the parent ends this one.
setInterval(() => {}, 1_000);
