import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, mustFail } from '../attack.js';
import type { Api } from '../kit/api.js';
import { createPhotoMaker, writePhoto, writePhotos } from '../kit/library.js';
import { startServer } from '../kit/server.js';
import { digest } from '../kit/table.js';
import { findWriteCalls, STRACE } from '../kit/write-calls.js';
import { makeFolders } from './server-kill.js';

const PHOTOS = { smoke: 4, deep: 60, nightly: 300 } as const;

/** Every system call on files of the server and its children, while it scans, encodes, searches and shows. */
export const originals: Attack = {
  name: 'originals',
  promise: 'originals are never opened for writing, moved, renamed or touched, and nothing is made below a library',
  rounds: { smoke: 1, deep: 1, nightly: 1 },
  counts: 'calls',
  missing: () => (spawnSync('strace', ['-V']).status === 0 ? undefined : 'strace is not installed'),
  async attack({ size, random, folder }) {
    const [root, dataDir] = makeFolders(folder);
    const maker = await createPhotoMaker(random);
    let photos = writePhotos(root, maker, 'folder', PHOTOS[size]).length;
    // Half a picture and none: whoever mends files would begin here.
    for (const [name, bytes] of [
      ['half.jpg', maker.next().subarray(0, 900)],
      ['none.nef', Buffer.from('none')],
    ] as const) {
      writePhoto(root, name, bytes);
      photos += 1;
    }
    const before = fingerprint(root);
    const trace = join(folder, 'trace');
    const env = { APOLLO_URL: 'embedded' };
    await using server = startServer({ dataDir, roots: [root], env, wrap: [...STRACE, trace] });
    const api = await server.api;
    await api.settled(photos);
    await look(api);
    await api.post('/api/clip/failures/retry', { all: true });
    await api.settled(photos);
    await server.stop();
    const { calls, writes } = findWriteCalls(readFileSync(trace, 'utf8'), root);
    if (writes.length > 0) throw new Error(`${writes.length} write calls:\n${writes.slice(0, 5).join('\n')}`);
    if (calls < photos) throw new Error(`only ${calls} calls were seen: the trace is not whole`);
    if (fingerprint(root) !== before) throw new Error('the originals are not what they were');
    return { calls, photos, writeCalls: 0 };
  },
  async control({ random, folder }) {
    const [root] = makeFolders(folder);
    const maker = await createPhotoMaker(random);
    writePhotos(root, maker, 'folder', 1);
    const acts = [
      "fs.closeSync(fs.openSync('0.jpg', 'r+'))",
      "fs.utimesSync('0.jpg', 1, 1)",
      "fs.chmodSync('0.jpg', 0o644)",
      "fs.renameSync('0.jpg', '0.jpg')",
      "fs.writeFileSync('new.jpg', '')",
      "fs.rmSync('new.jpg')",
      "fs.mkdirSync('new')",
    ];
    for (const act of acts) await mustFail(act, () => expectNoWrites(act, root, join(folder, 'trace')));
    expectNoWrites("fs.readFileSync('0.jpg'); fs.statSync('0.jpg')", root, join(folder, 'trace'));
    return `${acts.length} ways to touch a file, by paths relative to its folder, are each noticed, and a read is not`;
  },
};

function expectNoWrites(act: string, root: string, file: string): void {
  const [command = '', ...args] = [...STRACE, file, process.execPath, '-e', act];
  const { status, stderr } = spawnSync(command, args, { cwd: join(root, 'folder'), encoding: 'utf8' });
  if (status !== 0) throw new TypeError(`the control could not be run: ${stderr}`);
  const { writes } = findWriteCalls(readFileSync(file, 'utf8'), root);
  writeFileSync(file, '');
  if (writes.length > 0) throw new Error(writes.join('\n'));
}

/** What a person does on the pages. */
async function look(api: Api): Promise<void> {
  await api.post('/api/search', { text: 'dark green' });
  for (const { id } of (await api.images()).slice(0, 20)) {
    for (const path of ['', '/thumbnail', '/thumbnail?size=view', '/original', '/clip'])
      await (await api.request(`/api/images/${id}${path}`)).arrayBuffer();
    await api.post('/api/search', { imageId: id, crop: { x: 0, y: 0, width: 0.5, height: 0.5 } }).catch(() => {});
  }
}

/** Bytes and all times but that of the last reading. */
function fingerprint(root: string): string {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => `${name} ${marksOf(join(root, name))}`).join('\n');
}

function marksOf(path: string): string {
  const stat = statSync(path);
  const hash = stat.isFile() ? digest(readFileSync(path)) : 'folder';
  return `${hash} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.mode}`;
}
