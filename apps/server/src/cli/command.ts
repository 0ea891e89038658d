import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { HostError } from '../errors.js';
import { orLeave } from '../host/or-leave.js';
import type { ParsedCommand } from './parse.js';

/** Where a command writes: documents to `out`, words for people to `err`. */
export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
  /** Whether `err` is a terminal, so that a line may be drawn over. */
  readonly isTerminal: boolean;
}

export interface CommandContext {
  readonly command: ParsedCommand;
  readonly config: Config;
  readonly log: Logger;
  readonly io: CommandIo;
  /** The folder in which the command was typed: paths are relative to it. */
  readonly cwd: string;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** @returns the exit code: 0, 1 (work is left, or an error) */
export type Command = (context: CommandContext) => Promise<number>;

/** Prints one JSON document with `--json`, else what `render` makes of the answer. */
export function print<T>({ command, io }: CommandContext, answer: T, render: (answer: T) => readonly string[]): void {
  if (command.isJson) io.out(`${JSON.stringify(answer, null, 2)}\n`);
  else for (const line of render(answer)) io.out(`${line}\n`);
}

/** @throws HostError USAGE */
export function onlyOperand({ command }: CommandContext, what: string): string {
  const [operand, ...more] = command.operands;
  if (operand === undefined || operand === '' || more.length > 0)
    throw new HostError('USAGE', `clip-watch ${command.name} takes ${what}; see clip-watch help`);
  return operand;
}

/**
 * Work that takes no signal, given up when the command is stopped; what it holds is closed by whoever opened it.
 * @throws HostError WORK_LEFT
 */
export function untilStopped<T>({ signal }: Pick<CommandContext, 'signal'>, work: Promise<T>): Promise<T> {
  return orLeave(work, signal);
}

/** How long to wait for an encoder that is away. */
export function encoderPatienceMs({ config }: CommandContext, otherwiseMs: number): number {
  return config.encoderPatienceS === null ? otherwiseMs : config.encoderPatienceS * 1_000;
}

/** @throws HostError USAGE */
export function noOperands({ command }: CommandContext): void {
  if (command.operands.length > 0) throw new HostError('USAGE', `clip-watch ${command.name} takes no arguments`);
}

// Names and EXIF are data: control and direction characters would let a file name rewrite the terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name or message for a terminal, with what could move the cursor written as escapes. */
export function plain(text: string): string {
  return text.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
