import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { identityOf } from '@clip-watch/library-root';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { PictureProblem } from './photo-reasons.js';
import { assertUnchanged, hashInChunks, hashOf, openPhoto, readPhoto } from './read-photo.js';

/** A library with one photo, beside a folder that is none of its business. */
function library() {
  const folder = tempFolder();
  const rootPath = join(folder.path, 'library');
  const outside = join(folder.path, 'outside');
  mkdirSync(join(rootPath, 'sub'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(rootPath, 'sub/a.jpg'), 'a photo');
  writeFileSync(join(outside, 'secret.jpg'), 'a secret');
  return { rootPath, outside, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

function reasonOf(attempt: () => unknown): string {
  try {
    attempt();
    return 'read';
  } catch (error) {
    return error instanceof PictureProblem ? error.reason : String(error);
  }
}

function read(rootPath: string, relPath: string, rootIdentity: string | null = null): string {
  using photo = openPhoto({ rootPath, rootIdentity, relPath });
  return readPhoto(photo).toString();
}

test('reads a photo with its size, time and hash', () => {
  using lib = library();
  utimesSync(join(lib.rootPath, 'sub/a.jpg'), 1000, 2000);
  using photo = openPhoto({ rootPath: lib.rootPath, rootIdentity: null, relPath: 'sub/a.jpg' });
  const { ctimeMs, ino } = statSync(join(lib.rootPath, 'sub/a.jpg'));
  expect(photo).toMatchObject({
    size: 7,
    modifiedAtMs: 2_000_000,
    changedAtMs: Math.trunc(ctimeMs),
    inode: String(ino),
  });
  expect(readPhoto(photo).toString()).toBe('a photo');
  expect(hashInChunks(photo)).toBe(hashOf(Buffer.from('a photo')));
});

test('the memory of a photo is used again, and never while the photo is open', () => {
  using lib = library();
  const open = (name: string) => {
    writeFileSync(join(lib.rootPath, name), name);
    return openPhoto({ rootPath: lib.rootPath, rootIdentity: null, relPath: name });
  };
  const [first, second] = [open('first'), open('second')];
  const [firstBytes, secondBytes] = [readPhoto(first), readPhoto(second)];
  expect([firstBytes, secondBytes].map(String)).toEqual(['first', 'second']);
  expect(firstBytes.buffer).not.toBe(secondBytes.buffer);
  first[Symbol.dispose]();
  using third = open('third');
  expect(readPhoto(third).buffer).toBe(firstBytes.buffer);
  expect(String(secondBytes)).toBe('second');
  second[Symbol.dispose]();
});

describe('the library itself', () => {
  test('is read as long as it is the folder that was added', () => {
    using lib = library();
    const identity = identityOf(statSync(lib.rootPath, { bigint: true }));
    expect(read(lib.rootPath, 'sub/a.jpg', identity)).toBe('a photo');
  });

  test('is not read through a link, whether its identity is known or not', () => {
    using lib = library();
    const identity = identityOf(statSync(lib.rootPath, { bigint: true }));
    renameSync(lib.rootPath, `${lib.rootPath}.real`);
    symlinkSync(lib.outside, lib.rootPath);
    for (const kept of [identity, null])
      expect(reasonOf(() => read(lib.rootPath, 'secret.jpg', kept))).toBe('root_changed');
  });

  test('is not read through a link on the way to it', () => {
    using lib = library();
    symlinkSync(lib.rootPath, join(lib.outside, 'way'));
    expect(reasonOf(() => read(join(lib.outside, 'way/sub'), 'a.jpg'))).toBe('root_changed');
  });

  test('is not read when another folder took its place', () => {
    using lib = library();
    const identity = identityOf(statSync(lib.rootPath, { bigint: true }));
    renameSync(lib.rootPath, `${lib.rootPath}.real`);
    renameSync(lib.outside, lib.rootPath);
    expect(reasonOf(() => read(lib.rootPath, 'secret.jpg', identity))).toBe('root_changed');
    expect(read(lib.rootPath, 'secret.jpg')).toBe('a secret'); // not known yet
  });
});

describe('refuses', () => {
  test('a link to a file, inside the library or out of it', () => {
    using lib = library();
    symlinkSync(join(lib.outside, 'secret.jpg'), join(lib.rootPath, 'out.jpg'));
    symlinkSync(join(lib.rootPath, 'sub/a.jpg'), join(lib.rootPath, 'in.jpg'));
    expect(reasonOf(() => read(lib.rootPath, 'out.jpg'))).toBe('outside_library');
    expect(reasonOf(() => read(lib.rootPath, 'in.jpg'))).toBe('outside_library');
  });

  test('a folder that is a link out of the library, but not one that stays inside', () => {
    using lib = library();
    symlinkSync(lib.outside, join(lib.rootPath, 'out'));
    symlinkSync(join(lib.rootPath, 'sub'), join(lib.rootPath, 'same'));
    expect(reasonOf(() => read(lib.rootPath, 'out/secret.jpg'))).toBe('outside_library');
    expect(read(lib.rootPath, 'same/a.jpg')).toBe('a photo');
  });

  test('a folder whose name only begins like the library', () => {
    using lib = library();
    mkdirSync(`${lib.rootPath}-2`);
    writeFileSync(`${lib.rootPath}-2/a.jpg`, 'x');
    symlinkSync(`${lib.rootPath}-2`, join(lib.rootPath, 'out'));
    expect(reasonOf(() => read(lib.rootPath, 'out/a.jpg'))).toBe('outside_library');
  });

  test.each(['../outside/secret.jpg', 'sub/../../outside/secret.jpg', '/etc/passwd', '', 'a\0.jpg'])(
    'the path %j',
    (path) => {
      using lib = library();
      expect(reasonOf(() => read(lib.rootPath, path))).toBe('outside_library');
    },
  );

  test('a folder, a pipe without a writer and a socket, without waiting', async () => {
    using lib = library();
    mkdirSync(join(lib.rootPath, 'folder.jpg'));
    execFileSync('mkfifo', [join(lib.rootPath, 'pipe.jpg')]);
    const server = createServer().listen(join(lib.rootPath, 's.jpg'));
    await new Promise((resolve) => server.once('listening', resolve));
    for (const name of ['folder.jpg', 'pipe.jpg', 's.jpg'])
      expect(reasonOf(() => read(lib.rootPath, name))).toBe('not_a_regular_file');
    server.close();
  });

  test('a missing file and a file in the place of a folder', () => {
    using lib = library();
    expect(reasonOf(() => read(lib.rootPath, 'none.jpg'))).toBe('not_found');
    expect(reasonOf(() => read(lib.rootPath, 'sub/a.jpg/b.jpg'))).toBe('not_found');
  });

  test('a name that is too long for the file system', () => {
    using lib = library();
    expect(reasonOf(() => read(lib.rootPath, `${'x'.repeat(256)}.jpg`))).toBe('unreadable');
  });
});

describe('notices a file that changes while it is read', () => {
  test.each([
    ['grows', (path: string) => appendFileSync(path, 'more')],
    ['shrinks', (path: string) => truncateSync(path, 2)],
    ['is touched', (path: string) => utimesSync(path, 1, 1)],
  ])('it %s', (_, change) => {
    using lib = library();
    using photo = openPhoto({ rootPath: lib.rootPath, rootIdentity: null, relPath: 'sub/a.jpg' });
    change(join(lib.rootPath, 'sub/a.jpg'));
    expect(reasonOf(() => readPhoto(photo))).toBe('changed_while_reading');
    expect(reasonOf(() => hashInChunks(photo))).toBe('changed_while_reading');
    expect(reasonOf(() => assertUnchanged(photo, photo.size))).toBe('changed_while_reading');
  });

  test('but not when another file takes its name: the open one is read to its end', () => {
    using lib = library();
    const path = join(lib.rootPath, 'sub/a.jpg');
    using photo = openPhoto({ rootPath: lib.rootPath, rootIdentity: null, relPath: 'sub/a.jpg' });
    writeFileSync(`${path}.new`, 'another');
    renameSync(`${path}.new`, path);
    expect(readPhoto(photo).toString()).toBe('a photo');
  });
});

test.each([
  "two  spaces & 100% 'quote' 😎.jpg",
  '-n.jpg',
  '#hash [brackets] *star.jpg',
  'line\nbreak.jpg',
  'cafe\u0301.jpg',
  'x'.repeat(251),
])('reads a file called %j', (name) => {
  using lib = library();
  const relPath = name.endsWith('.jpg') ? name : `${name}.jpg`;
  writeFileSync(join(lib.rootPath, relPath), name);
  expect(read(lib.rootPath, relPath)).toBe(name);
});
