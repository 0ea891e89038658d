import { type CommandContext, noOperands, plain, print, untilStopped } from './command.js';
import { type Check, runChecks } from './doctor-checks.js';

/** `clip-watch doctor`: exits 1 when something is wrong that stops the work. */
export async function doctor(context: CommandContext): Promise<number> {
  noOperands(context);
  const checks = await untilStopped(context, runChecks(context));
  const isHealthy = checks.every(({ state }) => state !== 'broken');
  print(context, { healthy: isHealthy, checks }, () => checks.map(render));
  return isHealthy ? 0 : 1;
}

const MARK = { fine: 'ok  ', limited: 'note', broken: 'BAD ' } as const satisfies Record<Check['state'], string>;

function render({ name, state, detail, remedy }: Check): string {
  return `${MARK[state]}  ${name.padEnd(10)} ${plain(detail)}${remedy === null ? '' : ` ${plain(remedy)}`}`;
}
