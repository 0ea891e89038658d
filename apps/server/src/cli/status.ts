import { readClipStatus } from '../host/clip-status.js';
import { openStore } from '../host/host.js';
import { type CommandContext, noOperands, print } from './command.js';
import { renderStatus } from './render.js';
import { standstillOf } from './standstill.js';

/** `clip-watch status`: reads the table only; a server that runs beside it is not disturbed. */
export async function status(context: CommandContext): Promise<number> {
  noOperands(context);
  await using database = await openStore(context.config, context.log);
  const answer = await readClipStatus({
    database,
    drain: () => standstillOf(context.config, new Date()),
    isScanning: () => false,
    quietHours: () => context.config.clipQuietHours,
  });
  print(context, answer, renderStatus);
  return 0;
}
