#!/usr/bin/env node
import { assertNever } from '@clip-watch/basics';
import { type PullOptions, parseCommand, type ServeOptions, USAGE } from './cli-options.js';
import { ApolloError } from './errors.js';
import { createLog } from './log.js';
import { startApollo } from './serve.js';

/** A hung close must not outlive the ten seconds that a supervisor gives. */
const HARD_STOP_MS = 9500;
const BEAT_MS = 1000;

async function serve(options: ServeOptions): Promise<void> {
  const log = createLog(options.logLevel);
  const apollo = await startApollo(options, log);
  const name = apollo.modelName.replaceAll(/\s+/g, '-');
  process.stdout.write(`listening ${apollo.addresses.join(',')} model ${name} version ${apollo.modelVersion}\n`);
  const stop = (reason: string): void => {
    log.info({ reason }, 'stopping');
    setTimeout(() => process.exit(1), HARD_STOP_MS).unref();
    void apollo.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  tellParent();
  if (!options.stopWithParent) return;
  process.stdin.once('close', () => stop('parent is gone')).resume();
}

/** A parent with a channel hears once a second that this loop goes round. */
function tellParent(): void {
  if (process.send === undefined) return;
  const beat = (): void => void (process.connected && process.send?.('alive', undefined, undefined, () => {}));
  setInterval(beat, BEAT_MS).unref();
  process.channel?.unref();
}

/** Standard output gets the folder; a person watches standard error. */
async function pull(options: PullOptions): Promise<void> {
  // Its HTTP client takes 20 MB of memory, which a server that only serves can do without.
  const { pullModel } = await import('./pull/model-pull.js');
  let told = '';
  const pulled = await pullModel(options, {
    environment: process.env,
    onProgress(done, total) {
      const line = `${options.model}: ${Math.floor((done / total) * 100)} % of ${Math.ceil(total / 1e6)} MB\n`;
      if (line !== told) process.stderr.write(line);
      told = line;
    },
  });
  process.stderr.write(`${pulled.wasThere ? 'is there already' : 'fetched and checked'}: version ${pulled.version}\n`);
  process.stdout.write(`${pulled.folder}\n`);
}

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2), process.env);
  switch (command.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return;
    case 'pull':
      return pull(command.options);
    case 'serve':
      return serve(command.options);
    default:
      assertNever(command);
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof ApolloError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(error.exitCode);
});
