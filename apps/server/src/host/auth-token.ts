import { randomBytes } from 'node:crypto';
import { constants, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile } from '@clip-watch/processes';
import { HostError, messageOf, systemCode } from '../errors.js';

const TOKEN_FILE = 'auth-token';
const TOKEN_BYTES = 32;
// A token that was half written and padded with zeros has fewer.
const FEWEST_KINDS = 8;

/**
 * The token of this data folder, generated on the first start and readable by this user only.
 * @throws HostError BAD_TOKEN when the file holds anything but a whole token; DATA_FOLDER when it cannot be written
 */
export async function readOrMakeToken(dataDir: string): Promise<string> {
  const path = join(dataDir, TOKEN_FILE);
  try {
    return await readToken(path, dataDir);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  try {
    await createFile(path, `${randomBytes(TOKEN_BYTES).toString('base64url')}\n`);
  } catch (error) {
    // Two processes started for the first time at once: both use the token of the faster one.
    if (systemCode(error) !== 'EEXIST')
      throw new HostError('DATA_FOLDER', `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
  return readToken(path, dataDir);
}

async function readToken(path: string, dataDir: string): Promise<string> {
  await using file = await openToken(path);
  const facts = await file.stat();
  if (!facts.isFile()) throw broken(path, 'is no file');
  // If others could write to the folder, one of them may have put the file there.
  const trusted = new Set([0, process.geteuid?.() ?? facts.uid, statSync(dataDir).uid]);
  if (!trusted.has(facts.uid)) throw broken(path, `belongs to another user (${facts.uid})`);
  if ((facts.mode & 0o077) !== 0 && facts.uid === process.geteuid?.()) await file.chmod(0o600);
  const token = (await file.readFile('utf8')).trim();
  const flaw = tokenFlaw(token);
  if (flaw !== undefined) throw broken(path, flaw);
  return token;
}

async function openToken(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw error;
    if (systemCode(error) === 'ELOOP') throw broken(path, 'is a link');
    throw new HostError('DATA_FOLDER', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function tokenFlaw(token: string): string | undefined {
  if (token === '') return 'is empty';
  if (Buffer.from(token, 'base64url').toString('base64url') !== token) return 'is damaged';
  if (Buffer.from(token, 'base64url').length < TOKEN_BYTES) return 'is cut off';
  return new Set(token).size < FEWEST_KINDS ? 'is damaged' : undefined;
}

function broken(path: string, flaw: string): HostError {
  return new HostError(
    'BAD_TOKEN',
    `${path} ${flaw}: delete it and start again, and a new token is made (everybody signs in again)`,
  );
}
