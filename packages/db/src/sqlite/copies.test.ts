import { expect, test } from 'vitest';
import { sqliteLibraries } from './copies.js';

const line = (file: string): string => `7f0000000000-7f0000001000 r-xp 00000000 08:01 1234 ${' '.repeat(20)}${file}\n`;
const COMPILED = '/app/node_modules/better-sqlite3/build/Release/better_sqlite3.node';
const PREBUILT = '/app/node_modules/better-sqlite3-13/prebuilds/linux-x64.node';

test.each([
  { what: 'one file in several mappings', maps: [COMPILED, COMPILED], copies: [COMPILED] },
  { what: 'a ready-made binary', maps: [PREBUILT], copies: [PREBUILT] },
  { what: 'an addon of another kind', maps: ['/my-sqlite-app/node_modules/sharp/sharp.node'], copies: [] },
  { what: 'a folder with a space', maps: ['/My Plugins/node_sqlite3.node'], copies: ['/My Plugins/node_sqlite3.node'] },
  { what: 'one that an update replaced', maps: [`${COMPILED} (deleted)`], copies: [COMPILED] },
  { what: 'libsql', maps: ['/p/@libsql/linux-x64-gnu/index.node'], copies: ['/p/@libsql/linux-x64-gnu/index.node'] },
  { what: 'a shared library', maps: ['/usr/lib/libsqlite3.so.0.8.6'], copies: ['/usr/lib/libsqlite3.so.0.8.6'] },
  { what: 'no file at all', maps: ['[heap]', ''], copies: [] },
])('of the mapped files, $what: $copies', ({ maps, copies }) => {
  expect(sqliteLibraries(maps.map(line).join(''), false)).toEqual(copies);
});

test('the library that Node itself is linked to does not count', () => {
  expect(sqliteLibraries(line('/usr/lib/libsqlite3.so.0') + line(COMPILED), true)).toEqual([COMPILED]);
});
