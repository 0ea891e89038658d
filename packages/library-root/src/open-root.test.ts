import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { compareIdentities, identityOf, UNSURE_IDENTITY } from './identity.js';
import { openBelow, openRoot, openRootSync } from './open-root.js';

function library() {
  const folder = tempFolder();
  const rootPath = join(folder.path, 'library');
  mkdirSync(join(rootPath, 'sub'), { recursive: true });
  writeFileSync(join(rootPath, 'sub/a.jpg'), 'photo');
  const rootIdentity = identityOf(statSync(rootPath, { bigint: true }));
  return { rootPath, rootIdentity, parent: folder.path, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

test.each([
  ['1:2:3', '1:2:3', 'same'],
  ['1:2:0', '1:2:3', 'same'],
  ['1:2:3', '1:2:0', 'same'],
  ['1:2:3', '9:2:3', 'alike'],
  ['1:2:3', '1:2:4', 'alike'],
  ['1:2:0', '9:2:3', 'alike'],
  ['1:2:3', '1:3:3', 'other'],
])('kept %s, met %s: %s', (kept, met, expected) => {
  expect(compareIdentities(kept, met)).toBe(expected);
});

/** Both ways to open one, as one. */
const OPENERS = [
  ['openRoot', openRoot],
  ['openRootSync', async (root: Parameters<typeof openRootSync>[0]) => openRootSync(root)],
] as const;

describe.each(OPENERS)('%s', (_name, open) => {
  async function codeOf(root: Parameters<typeof openRoot>[0]): Promise<unknown> {
    try {
      const opened = await open(root);
      if (Symbol.asyncDispose in opened) await opened[Symbol.asyncDispose]();
      else opened[Symbol.dispose]();
      return 'opened';
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error;
    }
  }

  test('opens the folder that it was, and one that is not known yet', async () => {
    using root = library();
    expect(await codeOf(root)).toBe('opened');
    expect(await codeOf({ ...root, rootIdentity: null })).toBe('opened');
    expect(await codeOf({ ...root, rootIdentity: UNSURE_IDENTITY })).toBe('opened');
  });

  test('refuses a link, a link on the way, a file and another folder', async () => {
    using root = library();
    renameSync(root.rootPath, `${root.rootPath}.real`);
    expect(await codeOf(root)).toBe('ENOENT');
    symlinkSync(`${root.rootPath}.real`, root.rootPath);
    expect(await codeOf(root)).toBe('ROOT_CHANGED');
    expect(await codeOf({ rootPath: join(root.rootPath, 'sub'), rootIdentity: null })).toBe('ROOT_CHANGED');
    rmSync(root.rootPath);
    writeFileSync(root.rootPath, '');
    expect(await codeOf(root)).toBe('ROOT_CHANGED');
    rmSync(root.rootPath);
    mkdirSync(root.rootPath);
    expect(await codeOf(root)).toBe('ROOT_CHANGED');
  });

  test('stays with its folder, whatever is moved meanwhile', async () => {
    using root = library();
    const opened = await open(root);
    renameSync(root.rootPath, `${root.rootPath}.real`);
    mkdirSync(join(root.rootPath, 'sub'), { recursive: true });
    writeFileSync(join(root.rootPath, 'sub/a.jpg'), 'secret');
    if (process.platform === 'linux') expect(readFileSync(join(opened.base, 'sub/a.jpg'), 'utf8')).toBe('photo');
    if (Symbol.asyncDispose in opened) await opened[Symbol.asyncDispose]();
    else opened[Symbol.dispose]();
  });
});

describe('openBelow', () => {
  test('opens the root and folders in it', async () => {
    using root = library();
    await using opened = await openRoot(root);
    await using top = await openBelow(opened, '');
    await using sub = await openBelow(opened, 'sub');
    expect([readdirSync(top.base), readdirSync(sub.base)]).toEqual([['sub'], ['a.jpg']]);
  });

  test('follows no link', async () => {
    using root = library();
    mkdirSync(join(root.parent, 'secret/deep'), { recursive: true });
    symlinkSync(join(root.parent, 'secret'), join(root.rootPath, 'link'));
    await using opened = await openRoot(root);
    await expect(openBelow(opened, 'link')).rejects.toMatchObject({ code: expect.stringMatching(/^E(LOOP|NOTDIR)$/) });
    await expect(openBelow(opened, 'link/deep')).rejects.toMatchObject({ code: 'ELOOP' });
    await expect(openBelow(opened, 'none')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
