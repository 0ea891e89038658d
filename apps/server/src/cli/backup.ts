import { resolve } from 'node:path';
import { openStore } from '../host/host.js';
import { type CommandContext, onlyOperand, print } from './command.js';

/** `clip-watch backup FILE`: a copy of the database, taken while it is in use. */
export async function backup(context: CommandContext): Promise<number> {
  const path = resolve(context.cwd, onlyOperand(context, 'the name of a new file'));
  await using database = await openStore(context.config, context.log);
  await database.backup(path);
  print(context, { path }, () => [`the database was copied to ${path}`]);
  return 0;
}
