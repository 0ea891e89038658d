import { writeSync } from 'node:fs';
import { processInput, readConfig } from '../config/config.js';
import { HostError, messageOf } from '../errors.js';
import type { Command, CommandContext, CommandIo } from './command.js';
import { helpText } from './help.js';
import { createLogger } from './logger.js';
import { type CommandName, type ParsedCommand, parseCommand } from './parse.js';

type Runnable = Exclude<CommandName, 'help'>;

// Loaded on demand: `status` need not load what `serve` needs.
const LOADERS: Readonly<Record<Runnable, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.js')).serve,
  index: async () => (await import('./run-index.js')).runIndex,
  search: async () => (await import('./search.js')).search,
  similar: async () => (await import('./similar.js')).similar,
  status: async () => (await import('./status.js')).status,
  failures: async () => (await import('./failures.js')).failures,
  explain: async () => (await import('./explain.js')).explain,
  library: async () => (await import('./library.js')).library,
  model: async () => (await import('./model.js')).model,
  backup: async () => (await import('./backup.js')).backup,
  doctor: async () => (await import('./doctor.js')).doctor,
  config: async () => (await import('./show-config.js')).showConfig,
};

// Writes at once: a process that ends after a long document must not cut it.
const io: CommandIo = {
  out: (text) => writeAll(1, text),
  err: (text) => writeAll(2, text),
  isTerminal: process.stderr.isTTY === true,
};

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EPIPE') process.exit(0); // `clip-watch search … | head`
      if (fd === 2 && code !== 'EAGAIN') return; // Words for people: a full disk below them must not end the work.
      if (code !== 'EAGAIN') throw error;
    }
  }
}

let isServer = false;
let stoppedBy: NodeJS.Signals | undefined;

async function run(): Promise<number> {
  const command = parseCommand(process.argv.slice(2));
  if (command.name === 'help') {
    io.out(helpText());
    return 0;
  }
  isServer = command.name === 'serve';
  const context = openContext(command);
  const execute = await LOADERS[command.name]();
  return execute(context);
}

function openContext(command: ParsedCommand): CommandContext {
  const input = processInput(command.settings);
  const config = readConfig(input);
  // A command that is looked at says only what matters; the server says what it does.
  const isQuiet = command.name !== 'serve' && config.sources.logLevel === 'default';
  const log = createLogger(isQuiet ? 'error' : config.logLevel, io.isTerminal);
  logWarnings(log);
  return { command, config, log, io, cwd: input.cwd, signal: stopSignal() };
}

/** Node's own warnings are for developers: they go to the log, not between the lines of a command. */
function logWarnings(log: CommandContext['log']): void {
  process.removeAllListeners('warning');
  process.on('warning', (err) => log.debug({ err }, 'a warning of Node'));
}

// The parts have graces of their own; whatever hangs beyond them, the process is gone within ten seconds.
const SHUTDOWN_MS = 9_000;

function stopSignal(): AbortSignal {
  const abort = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    // The second one means it.
    if (abort.signal.aborted) killSelf();
    stoppedBy = signal;
    setTimeout(killSelf, SHUTDOWN_MS).unref();
    abort.abort(new HostError('WORK_LEFT', `stopped by ${signal}`));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return abort.signal;
}

const LONG_MS = 2 ** 31 - 1;

/** A command ends by the signal that stopped it, as a shell expects (130, 143); for a server that is no good end. */
function killSelf(): void {
  if (stoppedBy !== undefined && !isServer) {
    process.removeAllListeners(stoppedBy); // back to what the system does by itself
    process.kill(process.pid, stoppedBy);
  }
  process.kill(process.pid, 'SIGKILL');
}

async function main(): Promise<void> {
  // What this program and its children make is for this user only.
  process.umask(0o077);
  // A command ends with its promise: what it waits for (an answer of a child) may hold nothing that keeps a process alive.
  setInterval(() => {}, LONG_MS);
  try {
    process.exitCode = await run();
  } catch (error) {
    io.err(`clip-watch: ${messageOf(error)}\n`);
    process.exitCode = error instanceof HostError ? error.exitCode : 1;
  }
  // A thread that still owes an answer is held by a silent disk, and a regular exit would wait for it for ever.
  if (process.getActiveResourcesInfo().includes('MessagePort')) killSelf();
  process.exit();
}

await main();
