import { parseArgs } from 'node:util';
import { ApolloError, messageOf } from './errors.js';
import type { Precision } from './model/model-files.js';
import { type ListenAddress, parseListenAddress } from './server/listen-address.js';

export type Command =
  | { readonly kind: 'serve'; readonly options: ServeOptions }
  | { readonly kind: 'pull'; readonly options: PullOptions }
  | { readonly kind: 'help' };

export interface ServeOptions {
  readonly listen: readonly ListenAddress[];
  /** A model folder; without it a pulled model, else the built-in one. */
  readonly modelDir?: string;
  readonly model?: string;
  readonly dataDir?: string;
  readonly precision?: Precision;
  /** Image children; unset, as `threads` is: what serves best, by measuring. */
  readonly children?: number;
  /** Threads in each child. */
  readonly threads?: number;
  readonly provider: string;
  readonly maxBatch: number;
  readonly queueLimit: number;
  readonly token?: string;
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  readonly stopWithParent: boolean;
  readonly logLevel: string;
  /** Address of a plain-text metrics page. */
  readonly metrics?: ListenAddress;
}

export interface PullOptions {
  readonly model: string;
  readonly dataDir: string;
  readonly precision: Precision;
  readonly mirror: string;
  readonly logLevel: string;
}

export const DEFAULT_MODEL: string = 'Xenova/clip-vit-base-patch32';
const DEFAULT_MIRROR = 'https://huggingface.co';
const PRECISIONS: readonly string[] = ['fp32', 'fp16', 'int8', 'q4'];
const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'];

export const USAGE: string = `usage: apollo --listen ADDRESS [--listen ADDRESS]… [options]
       apollo pull [MODEL] [--data-dir DIR] [--precision P]

ADDRESS is unix:/path or host:port.
  --model-dir DIR     model folder in the Hugging Face layout (CLIP_MODEL_DIR)
  --data-dir DIR      where pulled models lie, in models/NAME (CLIP_WATCH_DATA_DIR)
  --precision P       fp32, fp16, int8 or q4; default: int8 if it is there
  --children N        image processes, and
  --threads N         threads in each; default: measured at the first start of a model, and remembered
  --provider NAME     execution provider of onnxruntime, default cpu
  --batch N           most pictures in one run, default 8
  --queue-limit N     most pictures that wait, default 256
  --tls-cert FILE --tls-key FILE   serve TLS on host:port addresses
  --metrics ADDRESS   Prometheus page at http://host:port/metrics
  --stop-with-parent  stop when standard input closes
The environment: CLIP_MODEL, CLIP_MODEL_DIR, CLIP_MODEL_MIRROR, CLIP_WATCH_DATA_DIR, APOLLO_TOKEN, LOG_LEVEL.
`;

const FLAGS = {
  listen: { type: 'string', multiple: true },
  'model-dir': { type: 'string' },
  'data-dir': { type: 'string' },
  precision: { type: 'string' },
  children: { type: 'string' },
  threads: { type: 'string' },
  provider: { type: 'string' },
  batch: { type: 'string' },
  'queue-limit': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  metrics: { type: 'string' },
  'stop-with-parent': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;
type Values = ReturnType<typeof parse>['values'];

/**
 * Reads the command line and the environment; flags win.
 * @throws ApolloError USAGE
 */
export function parseCommand(args: readonly string[], environment: Environment): Command {
  // An empty variable is one that was not set.
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { values, positionals } = parse(args);
  if (values.help) return { kind: 'help' };
  const [command, name, ...more] = positionals;
  if (command === 'pull' && more.length === 0) return { kind: 'pull', options: toPullOptions(values, name, env) };
  if (command !== undefined) throw new ApolloError('USAGE', `unknown argument ${positionals.at(-1)}: see --help`);
  return { kind: 'serve', options: toServeOptions(values, env) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new ApolloError('USAGE', messageOf(error), { cause: error });
  }
}

function toServeOptions(values: Values, env: Environment): ServeOptions {
  if (!values.listen?.length) throw new ApolloError('USAGE', '--listen ADDRESS is needed: unix:/path or host:port');
  const [certFile, keyFile] = [values['tls-cert'], values['tls-key']];
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new ApolloError('USAGE', '--tls-cert and --tls-key belong together');
  return {
    listen: values.listen.map(parseListenAddress),
    provider: values.provider ?? 'cpu',
    maxBatch: wholeNumber('--batch', values.batch, 64) ?? 8,
    queueLimit: wholeNumber('--queue-limit', values['queue-limit'], 100_000) ?? 256,
    stopWithParent: values['stop-with-parent'] ?? false,
    logLevel: level(env.LOG_LEVEL),
    ...defined('modelDir', values['model-dir'] ?? env.CLIP_MODEL_DIR),
    ...defined('model', env.CLIP_MODEL === undefined ? undefined : modelName(env.CLIP_MODEL)),
    ...defined('dataDir', values['data-dir'] ?? env.CLIP_WATCH_DATA_DIR),
    ...defined('precision', precision(values.precision)),
    ...defined('children', wholeNumber('--children', values.children, 256)),
    ...defined('threads', wholeNumber('--threads', values.threads, 64)),
    ...defined('token', env.APOLLO_TOKEN),
    ...defined('tls', certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined),
    ...defined('metrics', values.metrics === undefined ? undefined : parseListenAddress(values.metrics)),
  };
}

function toPullOptions(values: Values, name: string | undefined, env: Environment): PullOptions {
  const dataDir = values['data-dir'] ?? env.CLIP_WATCH_DATA_DIR;
  if (dataDir === undefined) throw new ApolloError('USAGE', 'pull needs --data-dir DIR or CLIP_WATCH_DATA_DIR');
  return {
    model: modelName(name ?? env.CLIP_MODEL ?? DEFAULT_MODEL),
    dataDir,
    precision: precision(values.precision) ?? 'int8',
    mirror: env.CLIP_MODEL_MIRROR ?? DEFAULT_MIRROR,
    logLevel: level(env.LOG_LEVEL),
  };
}

/** The name becomes part of a path and of an address. */
function modelName(text: string): string {
  if (text === 'palette' || /^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(text)) return text;
  throw new ApolloError('USAGE', `${text} is not a model's name: OWNER/NAME, for example ${DEFAULT_MODEL}`);
}

function wholeNumber(flag: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new ApolloError('USAGE', `${flag} ${text}: not a whole number from 1 to ${max}`);
}

function precision(text: string | undefined): Precision | undefined {
  // The list is that of the type.
  if (text === undefined || PRECISIONS.includes(text)) return text as Precision | undefined;
  throw new ApolloError('USAGE', `--precision ${text}: not one of ${PRECISIONS.join(', ')}`);
}

function level(text: string | undefined): string {
  const wanted = text?.toLowerCase() ?? 'info';
  if (LEVELS.includes(wanted)) return wanted;
  throw new ApolloError('USAGE', `LOG_LEVEL ${text}: not one of ${LEVELS.join(', ')}`);
}

function defined<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
}
