#!/usr/bin/env node
import { parseCommand, type ServeOptions, USAGE } from './cli-options.js';
import { ApolloError, assertNever } from './errors.js';
import { createLog } from './log.js';
import { startApollo } from './serve.js';

/** A hung close must not outlive the ten seconds that a supervisor gives. */
const HARD_STOP_MS = 9500;

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
  if (!options.stopWithParent) return;
  process.stdin.once('close', () => stop('parent is gone')).resume();
}

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2), process.env);
  switch (command.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return;
    case 'pull':
      throw new ApolloError('USAGE', 'pull is not here yet');
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
