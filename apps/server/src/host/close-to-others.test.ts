import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { closeToOthers } from './close-to-others.js';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

function write(path: string, mode: number): string {
  writeFileSync(path, 'x');
  chmodSync(path, mode);
  return path;
}

function makeFolder(path: string, mode: number): string {
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
  return path;
}

test('closes the folder, the files in it and all below the folders that are named; once', () => {
  using temp = tempFolder();
  const data = makeFolder(join(temp.path, 'data'), 0o755);
  const database = write(join(data, 'clip-watch.db'), 0o644);
  const log = write(join(data, 'clip-watch.db-wal'), 0o666);
  const models = makeFolder(join(data, 'models'), 0o755);
  const model = write(join(makeFolder(join(models, 'one'), 0o755), 'config.json'), 0o644);
  expect(closeToOthers(data, ['models'])).toMatchObject({ mended: { length: 6 }, open: [] });
  expect([data, models].map(modeOf)).toEqual([0o700, 0o700]);
  expect([database, log, model].map(modeOf)).toEqual([0o600, 0o600, 0o600]);
  expect(closeToOthers(data, ['models'])).toEqual({ mended: [], open: [] });
});

test('leaves alone what is below other folders, and what a link leads to', () => {
  using temp = tempFolder();
  const data = makeFolder(join(temp.path, 'data'), 0o755);
  const outside = write(join(temp.path, 'outside'), 0o644);
  const folder = makeFolder(join(temp.path, 'chosen'), 0o755);
  const inside = write(join(makeFolder(join(data, 'own'), 0o755), 'file'), 0o644);
  symlinkSync(outside, join(data, 'link'));
  symlinkSync(folder, join(data, 'models'));
  expect(closeToOthers(data, ['models']).open).toEqual([]);
  expect([outside, folder, inside].map(modeOf)).toEqual([0o644, 0o755, 0o644]);
});

test.skipIf(process.geteuid?.() !== 0)('tells of what is another user’s, and does not touch it', () => {
  using temp = tempFolder();
  const data = makeFolder(join(temp.path, 'data'), 0o700);
  const theirs = write(join(data, 'theirs'), 0o644);
  chownSync(theirs, 65_533, 65_533);
  expect(closeToOthers(data)).toEqual({ mended: [], open: [theirs] });
  expect(modeOf(theirs)).toBe(0o644);
});
