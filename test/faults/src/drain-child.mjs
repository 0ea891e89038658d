// A program that drains until it is killed, and says how it stands when it is asked. Plain JavaScript: it runs as a
// process of its own, without a build.
// Arguments: the database file, the encoder's address.
import { createClipClient } from '@clip-watch/clip-client';
import { openDatabase } from '@clip-watch/db';
import { createBacklogDrain } from '@clip-watch/watcher';

const [file, address] = process.argv.slice(2);
const database = await openDatabase({ url: `file:${file}` });

const pixels = (contentHash, side) => {
  const data = new Uint8Array(Buffer.alloc(side * side * 3, Buffer.from(contentHash.slice(0, 6), 'hex')));
  return { kind: 'pixels', contentHash, width: side, height: side, data, quality: 'full', source: 'made' };
};

const drain = createBacklogDrain({
  backlog: database.backlog,
  clipClient: createClipClient({ addresses: [address] }),
  decodeHost: {
    decoderVersion: 'fake-1',
    prepare: async ({ contentHash }, { pixels: recipe }) => pixels(contentHash, recipe.inputSize),
    prepareBytes: async (_bytes, { pixels: recipe }) => pixels('abcdef', recipe.inputSize),
  },
  libraries: () => database.libraries.list(),
});
drain.wake();
process.on('message', () => process.send(drain.status()));

// A drain alone keeps no process alive. The parent ends this one; if the parent is gone, so is this.
process.on('disconnect', () => process.exit(1));
