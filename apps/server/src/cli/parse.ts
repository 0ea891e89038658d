import { parseArgs } from 'node:util';
import { nearest } from '../config/nearest.js';
import { flagOf, SETTING_NAMES, type Settings } from '../config/settings.js';
import { HostError, messageOf } from '../errors.js';

export const COMMANDS = [
  'serve',
  'index',
  'search',
  'similar',
  'status',
  'failures',
  'explain',
  'library',
  'model',
  'backup',
  'doctor',
  'config',
  'help',
] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface ParsedCommand {
  readonly name: CommandName;
  readonly operands: readonly string[];
  readonly isJson: boolean;
  readonly limit: number;
  readonly isRetry: boolean;
  readonly isNow: boolean;
  readonly not: string | undefined;
  readonly settings: Readonly<Partial<Record<keyof Settings | 'dataDir', string>>>;
}

const DEFAULT_LIMIT = 20;
const LARGEST_LIMIT = 1_000;

const OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  limit: { type: 'string', short: 'n' },
  retry: { type: 'boolean' },
  now: { type: 'boolean' },
  not: { type: 'string' },
  'data-dir': { type: 'string' },
} as const;

// An option that a command does not know would be believed to do something.
const ONLY_FOR: Readonly<Partial<Record<keyof typeof OPTIONS, readonly CommandName[]>>> = {
  limit: ['search', 'similar'],
  not: ['search'],
  retry: ['failures'],
  now: ['model'],
};

/** @throws HostError USAGE, one line */
export function parseCommand(args: readonly string[]): ParsedCommand {
  const { values, positionals } = readArgs(args);
  const [word = 'help', ...operands] = positionals;
  const name = values.help === true ? 'help' : toCommand(word);
  refuseOthers(name, values);
  const settings: Partial<Record<keyof Settings | 'dataDir', string>> = {};
  for (const setting of SETTING_NAMES) {
    const value = values[flagOf(setting)];
    if (typeof value === 'string') settings[setting] = value;
  }
  if (typeof values['data-dir'] === 'string') settings.dataDir = values['data-dir'];
  return {
    name,
    operands,
    isJson: values.json === true,
    limit: toLimit(values.limit),
    isRetry: values.retry === true,
    isNow: values.now === true,
    not: typeof values.not === 'string' ? values.not : undefined,
    settings,
  };
}

function readArgs(args: readonly string[]): {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
} {
  const settings = Object.fromEntries(SETTING_NAMES.map((name) => [flagOf(name), { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...args], options: { ...settings, ...OPTIONS }, allowPositionals: true, strict: true });
  } catch (error) {
    // Node's own text goes on with hints about "--" that do not fit here.
    const line = messageOf(error).split('. ')[0] ?? '';
    throw new HostError('USAGE', `${line}; see clip-watch help`, { cause: error });
  }
}

function toCommand(word: string): CommandName {
  const known = COMMANDS.find((command) => command === word);
  if (known !== undefined) return known;
  throw new HostError('USAGE', `there is no command "${word}"${nearest(word, COMMANDS)} (see clip-watch help)`);
}

function refuseOthers(name: CommandName, values: Readonly<Record<string, unknown>>): void {
  for (const [option, commands] of Object.entries(ONLY_FOR))
    if (values[option] !== undefined && name !== 'help' && !commands.includes(name))
      throw new HostError(
        'USAGE',
        `--${option} goes with ${commands.join(' and ')}, not with ${name}; see clip-watch help`,
      );
}

function toLimit(value: unknown): number {
  if (value === undefined) return DEFAULT_LIMIT;
  const limit = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : 0;
  if (limit >= 1 && limit <= LARGEST_LIMIT) return limit;
  throw new HostError('USAGE', `--limit is no whole number from 1 to ${LARGEST_LIMIT}`);
}
