import { z } from 'zod';
import { QUIET_HOURS, type QuietHours } from '../api/index.js';
import {
  type ApolloSetting,
  apolloUrl,
  basePath,
  chosenToken,
  databaseUrl,
  folders,
  listenHost,
  proxies,
  webAddress,
  wholeNumber,
  words,
} from './values.js';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Every setting with its checked type. `null`: not set, and that has a meaning of its own. */
export interface Settings {
  readonly databaseUrl: string | null;
  readonly apolloUrl: ApolloSetting;
  readonly apolloToken: string | null;
  readonly apolloCaFile: string | null;
  readonly clipModel: string | null;
  readonly clipModelDir: string | null;
  /** Kept as it was written: a bad value is not refused but warned about, see `encode-concurrency.ts`. */
  readonly clipEncodeConcurrency: string | null;
  /** Seconds; null leaves it to each command. */
  readonly encoderPatienceS: number | null;
  readonly excludedDirs: readonly string[];
  readonly scanIntervalS: number;
  readonly host: string;
  readonly port: number;
  readonly authToken: string | null;
  readonly allowedHosts: readonly string[];
  readonly basePath: string;
  /** Addresses, networks and `unix`: whose forwarded headers are believed. */
  readonly trustProxy: readonly string[];
  /** What may be added over HTTP lies below one of them; none: anywhere. */
  readonly libraryRoots: readonly string[];
  readonly clipQuietHours: QuietHours | null;
  readonly clipCpuShare: number;
  readonly thumbnailCacheMb: number;
  readonly notifyUrl: string | null;
  readonly logLevel: LogLevel;
}

export interface SettingSpec<T> {
  readonly env: string;
  readonly schema: z.ZodType<T>;
  readonly fallback: T;
  /** What stands in the list of `clip-watch config` when nobody set it. */
  readonly shownFallback?: string;
  /** A path that the command line resolves against the folder it was typed in. */
  readonly isPath?: boolean;
  readonly isSecret?: boolean;
  readonly help: string;
}

const text = (): z.ZodType<string> => z.string().trim().min(1, 'is empty');

/** The one table of settings. The file key is the property's name, the flag its kebab form (`--scan-interval-s`). */
export const SETTINGS: { readonly [K in keyof Settings]: SettingSpec<Settings[K]> } = {
  databaseUrl: {
    env: 'DATABASE_URL',
    schema: databaseUrl(),
    fallback: null,
    shownFallback: 'clip-watch.db in the data folder',
    isSecret: true,
    help: 'file:/absolute/path.db',
  },
  apolloUrl: {
    env: 'APOLLO_URL',
    schema: apolloUrl(),
    fallback: { enabled: true, addresses: [], embedded: true },
    shownFallback: 'embedded',
    help: 'embedded, disabled, or encoder addresses separated by commas',
  },
  apolloToken: {
    env: 'APOLLO_TOKEN',
    schema: text(),
    fallback: null,
    isSecret: true,
    help: 'bearer token for the encoders',
  },
  apolloCaFile: {
    env: 'APOLLO_CA_FILE',
    schema: text(),
    fallback: null,
    isPath: true,
    help: 'certificate authority for grpcs://',
  },
  clipModel: { env: 'CLIP_MODEL', schema: text(), fallback: null, help: 'name of a model that was pulled' },
  clipModelDir: {
    env: 'CLIP_MODEL_DIR',
    schema: text(),
    fallback: null,
    isPath: true,
    help: 'folder of a model in the Hugging Face layout',
  },
  clipEncodeConcurrency: {
    env: 'CLIP_ENCODE_CONCURRENCY',
    schema: z.union([z.string(), z.number().int('is no whole number').min(1, 'is below 1').transform(String)]),
    fallback: null,
    shownFallback: '4 for a remote encoder, by its size for the embedded one',
    help: 'photos in flight to each encoder',
  },
  encoderPatienceS: {
    env: 'ENCODER_PATIENCE_S',
    schema: wholeNumber(1, 86_400),
    fallback: null,
    shownFallback: '60 for index, 15 for searches, 10 for doctor',
    help: 'seconds that a command waits for an encoder that is away',
  },
  excludedDirs: { env: 'EXCLUDED_DIRS', schema: words(), fallback: [], help: 'folders left out of every library' },
  scanIntervalS: {
    env: 'SCAN_INTERVAL_S',
    schema: wholeNumber(1, 604_800),
    fallback: 900,
    help: 'seconds between scans',
  },
  host: { env: 'HOST', schema: listenHost(), fallback: '127.0.0.1', help: 'address to listen on, or unix:/path' },
  port: { env: 'PORT', schema: wholeNumber(0, 65_535), fallback: 8484, help: 'port to listen on; 0 picks a free one' },
  authToken: {
    env: 'AUTH_TOKEN',
    schema: chosenToken(),
    fallback: null,
    isSecret: true,
    help: 'token that requests must show',
  },
  allowedHosts: { env: 'ALLOWED_HOSTS', schema: words(), fallback: [], help: 'host names that the server answers to' },
  basePath: { env: 'BASE_PATH', schema: basePath(), fallback: '', help: 'path below which a reverse proxy serves it' },
  trustProxy: {
    env: 'TRUST_PROXY',
    schema: proxies(),
    fallback: [],
    help: 'proxies whose X-Forwarded-* are believed: addresses, networks, unix',
  },
  libraryRoots: {
    env: 'LIBRARY_ROOTS',
    schema: folders(),
    fallback: [],
    help: 'folders below which the pages may add libraries',
  },
  clipQuietHours: {
    env: 'CLIP_QUIET_HOURS',
    schema: QUIET_HOURS,
    fallback: null,
    help: 'time span without encoding, like 22:00-07:00',
  },
  clipCpuShare: {
    env: 'CLIP_CPU_SHARE',
    schema: wholeNumber(1, 100),
    fallback: 100,
    help: 'percent of the processor for encoding here',
  },
  thumbnailCacheMb: {
    env: 'THUMBNAIL_CACHE_MB',
    schema: wholeNumber(0, 1_000_000),
    fallback: 2048,
    help: 'megabytes of thumbnails to keep',
  },
  notifyUrl: {
    env: 'NOTIFY_URL',
    schema: webAddress(),
    fallback: null,
    isSecret: true,
    help: 'webhook for done, misconfigured, offline, disk full',
  },
  logLevel: { env: 'LOG_LEVEL', schema: z.enum(LOG_LEVELS), fallback: 'info', help: LOG_LEVELS.join(', ') },
};

export const SETTING_NAMES: readonly (keyof Settings)[] = Object.keys(SETTINGS) as (keyof Settings)[];

/** `scanIntervalS` → `scan-interval-s`. */
export function flagOf(name: keyof Settings): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export const PLUGIN_ENTRY: z.ZodType<PluginEntry> = z.strictObject({
  package: z.string().min(1),
  enabled: z.boolean().default(true),
  config: z.unknown().optional(),
});

/** One entry of `plugins` in the file. The built-in one is named `clip-watcher`. */
export interface PluginEntry {
  readonly package: string;
  readonly enabled: boolean;
  readonly config?: unknown;
}

export const LIBRARY_ENTRY: z.ZodType<LibraryEntry> = z.strictObject({
  rootPath: z.string().min(1),
  name: z.string().min(1).optional(),
  excludedDirs: z.array(z.string().min(1)).default([]),
});

export interface LibraryEntry {
  readonly rootPath: string;
  readonly name?: string | undefined;
  readonly excludedDirs: readonly string[];
}
