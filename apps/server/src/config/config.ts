import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { HostError, messageOf, systemCode } from '../errors.js';
import { encoderProblems } from './encoder-settings.js';
import { KEPT_FILE, type KeptSettings, readKeptSettings } from './kept-settings.js';
import { nearest } from './nearest.js';
import {
  LIBRARY_ENTRY,
  type LibraryEntry,
  PLUGIN_ENTRY,
  type PluginEntry,
  SETTING_NAMES,
  SETTINGS,
  type Settings,
} from './settings.js';

/** `kept`: changed while the server ran. */
export type SettingSource = 'default' | 'file' | 'kept' | 'environment' | 'flag';

/** All settings, checked and with their defaults. */
export interface Config extends Settings {
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  /** Settings of plugins, by name. */
  readonly plugins: readonly PluginEntry[];
  /** Folders that the command line added. */
  readonly libraries: readonly LibraryEntry[];
  /** A person paused the encoding and did not resume it. */
  readonly isPaused: boolean;
  /** Where each setting came from. */
  readonly sources: Readonly<Record<keyof Settings | 'dataDir', SettingSource>>;
}

/** Where settings come from: flags, the environment, and the settings file. */
export interface ConfigInput {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By setting name; `dataDir` too. */
  readonly flags: Readonly<Partial<Record<keyof Settings | 'dataDir', string>>>;
  /** The folder in which the command was typed. */
  readonly cwd: string;
}

export const CONFIG_FILE: string = 'clip-watch.json';
const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));
const OWN_PREFIX = 'CLIP_WATCH_';
const DATA_DIR_ENV = 'CLIP_WATCH_DATA_DIR';

interface Raw {
  readonly value: unknown;
  readonly source: SettingSource;
  /** How a person finds it: `PORT`, `--port` or `port in …/clip-watch.json`. */
  readonly label: string;
}

/**
 * Merges the file, what was changed while the server ran, environment and flags, later ones winning, and checks them.
 * @throws HostError BAD_SETTINGS naming every unknown key and bad value at once
 */
export function readConfig(input: ConfigInput): Config {
  const dataDir = resolveDataDir(input);
  const file = readConfigFile(dataDir.path);
  const kept = readKeptSettings(dataDir.path);
  const problems = [...file.problems, ...unknownEnvironment(input.env)];
  const sources: Partial<Record<keyof Settings, SettingSource>> = {};
  const settings: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) {
    const raw = findRaw(name, input, kept, file.values);
    sources[name] = raw?.source ?? 'default';
    settings[name] = checkSetting(name, raw, input.cwd, dataDir.path, problems);
  }
  const plugins = checkList('plugins', PLUGIN_ENTRY, file.values.plugins, problems);
  const libraries = checkList('libraries', LIBRARY_ENTRY, file.values.libraries, problems);
  // Each value went through its schema above, and the loop filled every name of the table.
  const checked = settings as unknown as Settings;
  problems.push(...encoderProblems(checked));
  if (problems.length > 0) throw new HostError('BAD_SETTINGS', `bad settings: ${problems.join('; ')}`);
  return {
    ...checked,
    dataDir: dataDir.path,
    plugins,
    libraries,
    isPaused: kept.isPaused === true,
    sources: { ...(sources as Record<keyof Settings, SettingSource>), dataDir: dataDir.source },
  };
}

/** The process's own environment, and the folder the user typed the command in (npm changes the working folder). */
export function processInput(flags: ConfigInput['flags']): ConfigInput {
  return { env: process.env, flags, cwd: process.env.INIT_CWD ?? process.cwd() };
}

function resolveDataDir({ env, flags, cwd }: ConfigInput): { readonly path: string; readonly source: SettingSource } {
  if (flags.dataDir !== undefined && flags.dataDir !== '') return { path: resolve(cwd, flags.dataDir), source: 'flag' };
  const named = env[DATA_DIR_ENV];
  if (named !== undefined && named !== '') return { path: resolve(cwd, named), source: 'environment' };
  return { path: join(REPOSITORY, 'data'), source: 'default' };
}

interface ConfigFile {
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: string[];
}

function readConfigFile(dataDir: string): ConfigFile {
  const path = join(dataDir, CONFIG_FILE);
  const parsed = parseFile(path);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return { values: {}, problems: [`${path} holds no JSON object`] };
  const known = new Set<string>([...SETTING_NAMES, 'plugins', 'libraries']);
  const problems = Object.keys(parsed)
    .filter((key) => !known.has(key))
    .map((key) => `unknown key "${key}" in ${path}${nearest(key, known)}`);
  return { values: { ...parsed }, problems };
}

function parseFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return {};
    throw new HostError('BAD_SETTINGS', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function unknownEnvironment(env: ConfigInput['env']): readonly string[] {
  const known = new Set([DATA_DIR_ENV]);
  return Object.keys(env)
    .filter((name) => name.startsWith(OWN_PREFIX) && !name.startsWith(`${OWN_PREFIX}TEST_`) && !known.has(name))
    .map((name) => `unknown environment variable ${name}${nearest(name, known)}`);
}

function findRaw(
  name: keyof Settings,
  input: ConfigInput,
  kept: KeptSettings,
  file: ConfigFile['values'],
): Raw | undefined {
  const flag = input.flags[name];
  if (flag !== undefined) return { value: flag, source: 'flag', label: SETTINGS[name].env };
  const env = input.env[SETTINGS[name].env];
  // An empty variable is how shells and compose files unset one.
  if (env !== undefined && env !== '') return { value: env, source: 'environment', label: SETTINGS[name].env };
  const changed = name === 'clipEncodeConcurrency' || name === 'clipQuietHours' ? kept[name] : undefined;
  if (changed !== undefined) return { value: changed, source: 'kept', label: `${name} in ${KEPT_FILE}` };
  if (file[name] !== undefined) return { value: file[name], source: 'file', label: `${name} in ${CONFIG_FILE}` };
  return undefined;
}

function checkSetting(
  name: keyof Settings,
  raw: Raw | undefined,
  cwd: string,
  dataDir: string,
  problems: string[],
): unknown {
  const spec = SETTINGS[name];
  if (raw === undefined) return spec.fallback;
  const checked = spec.schema.safeParse(raw.value);
  if (!checked.success) {
    problems.push(`${raw.label} ${firstIssue(checked.error)} (${spec.help})`);
    return spec.fallback;
  }
  if (spec.isPath !== true || typeof checked.data !== 'string' || isAbsolute(checked.data)) return checked.data;
  return resolve(raw.source === 'file' ? dataDir : cwd, checked.data);
}

function firstIssue(error: z.ZodError): string {
  const deepest = (issue: z.core.$ZodIssue): string => {
    // Of a union's branches the last one says what is wrong with the text.
    const branch =
      issue.code === 'invalid_union'
        ? issue.errors.flat().findLast((inner) => inner.code !== 'invalid_type')
        : undefined;
    return branch?.message ?? issue.message;
  };
  return error.issues[0] === undefined ? 'is not valid' : deepest(error.issues[0]);
}

function checkList<T>(key: string, schema: z.ZodType<T>, value: unknown, problems: string[]): readonly T[] {
  if (value === undefined) return [];
  const checked = z.array(schema).safeParse(value);
  if (checked.success) return checked.data;
  for (const issue of checked.error.issues)
    problems.push(`${key}.${issue.path.join('.')} in ${CONFIG_FILE}: ${issue.message}`);
  return [];
}
