import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { openStore } from '../host/host.js';
import { type CommandContext, onlyOperand, print, untilStopped } from './command.js';

/** `clip-watch backup FILE`: a copy of the database, taken while it is in use. */
export async function backup(context: CommandContext): Promise<number> {
  const path = resolve(context.cwd, onlyOperand(context, 'the name of a new file'));
  await using database = await openStore(context.config, context.log);
  try {
    await untilStopped(context, database.backup(path));
  } catch (error) {
    if (context.signal.aborted) rmSync(`${path}.part`, { force: true }); // SQLite still writes there.
    throw error;
  }
  print(context, { path }, () => [`the database was copied to ${path}`]);
  return 0;
}
