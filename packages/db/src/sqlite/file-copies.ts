import { existsSync, readdirSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DatabaseError } from '../errors.js';
import { toDatabaseError } from './errors.js';
import type { Maintenance } from './maintenance.js';
import { makePrivateFile } from './place.js';

/** Copies from before a migration that are kept. */
const KEPT_COPIES = 3;

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Copies the database while it is in use. The copy appears whole or not at all, and outlives a power cut.
 * @throws DatabaseError BAD_URL when there is a file at `path` already
 */
export async function copyDatabase(maintenance: Maintenance, path: string): Promise<void> {
  if (existsSync(path)) throw new DatabaseError('BAD_URL', `${path} is there already; name a new file for the copy`);
  const unfinished = `${path}.part`;
  rmSync(unfinished, { force: true });
  try {
    makePrivateFile(unfinished);
    await maintenance.copy(unfinished);
    await syncPath(unfinished);
    await rename(unfinished, path);
    await syncPath(dirname(path));
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw toDatabaseError(error, path);
  }
}

/** Puts a copy beside the file before its schema changes, and lets the oldest go. @returns its path */
export async function copyBeforeMigration(maintenance: Maintenance, file: string, now: number): Promise<string> {
  const stamp = new Date(now).toISOString().replace(/\D/g, '');
  const path = `${file}.before-update-${stamp}`;
  await copyDatabase(maintenance, path);
  const prefix = `${basename(file)}.before-update-`;
  const copies = readdirSync(dirname(file)).filter((name) => name.startsWith(prefix) && /-\d+$/.test(name));
  for (const name of copies.sort().slice(0, -KEPT_COPIES)) rmSync(join(dirname(file), name), { force: true });
  return path;
}
