import { describe, expect, test } from 'vitest';
import { planMigrations } from './migration-plan.js';

const FILE = '/data/clip-watch.db';
const migration = (name: string, checksum = name) => ({ name, sql: '', checksum });

describe('planMigrations', () => {
  test('applies what is not there, in order', () => {
    expect(
      planMigrations(FILE, [migration('1'), migration('2'), migration('3')], [migration('1')]).map(({ name }) => name),
    ).toEqual(['2', '3']);
  });
  test('refuses a file of a newer program', () => {
    expect(() => planMigrations(FILE, [migration('1')], [migration('1'), migration('2')])).toThrow(/NEWER_SCHEMA.*2/);
  });
  test('refuses a migration that was edited', () => {
    expect(() => planMigrations(FILE, [migration('1', 'new')], [migration('1', 'old')])).toThrow(/EDITED_MIGRATION.*1/);
  });
});
