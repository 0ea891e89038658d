import type { Config } from '../config/config.js';
import { readClipStatus } from '../host/clip-status.js';
import { openStore } from '../host/host.js';
import { type CommandContext, noOperands, print } from './command.js';
import { renderStatus } from './render.js';

/** `clip-watch status`: reads the table only; a server that runs beside it is not disturbed. */
export async function status(context: CommandContext): Promise<number> {
  noOperands(context);
  await using database = await openStore(context.config, context.log);
  const answer = await readClipStatus({
    database,
    drain: () => standstill(context.config),
    isScanning: () => false,
    quietHours: () => context.config.clipQuietHours,
  });
  print(context, answer, renderStatus);
  return 0;
}

function standstill(config: Config): {
  readonly state: 'idle' | 'disabled';
  readonly reason?: string;
  readonly imagesPerSecond: number;
} {
  if (config.apolloUrl.enabled) return { state: 'idle', imagesPerSecond: 0 };
  return { state: 'disabled', reason: 'No encoder is configured (APOLLO_URL=disabled).', imagesPerSecond: 0 };
}
