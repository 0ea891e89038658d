import { expect, test } from 'vitest';
import { openSqliteAdapter } from './adapter.js';
import { driverPackage } from './driver.js';

test.each([
  ['20.19.0', 'better-sqlite3-12'],
  ['22.0.0', 'better-sqlite3-13'],
  ['24.19.0', 'better-sqlite3-13'],
])('Node %s takes %s', (version, name) => {
  expect(driverPackage(version)).toBe(name);
});

test('integers come as numbers while they are exact, else as digits, and bytes as they are', async () => {
  const adapter = await openSqliteAdapter({ file: ':memory:' });
  const { rows } = await adapter.queryRaw({
    sql: "SELECT 9007199254740991, 9007199254740993, 0.5, NULL, x'01ff' AS bytes, 'a'",
    args: [],
    argTypes: [],
  });
  expect(rows).toEqual([[9007199254740991, '9007199254740993', 0.5, null, Buffer.from([1, 255]), 'a']]);
  await adapter.dispose();
});

test('an error of SQLite keeps its code', async () => {
  const adapter = await openSqliteAdapter({ file: ':memory:' });
  await adapter.executeScript('CREATE TABLE t (a PRIMARY KEY); INSERT INTO t VALUES (1)');
  const again = adapter.executeRaw({ sql: 'INSERT INTO t VALUES (1)', args: [], argTypes: [] });
  await expect(again).rejects.toMatchObject({ cause: { originalCode: 'SQLITE_CONSTRAINT_PRIMARYKEY' } });
  await adapter.dispose();
});
