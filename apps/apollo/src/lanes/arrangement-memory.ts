import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { replaceFile } from '@clip-watch/processes';
import type { Arrangement } from './arrangement.js';

/** What a measurement is valid for: with another model, machine or version of onnxruntime it is made again. */
export interface ArrangementKey {
  readonly modelVersion: string;
  readonly cores: number;
  readonly provider: string;
  readonly maxBatch: number;
  readonly onnxruntime: string;
}

/** Beside the pulled models or, without a data folder, in the user's cache. */
export function memoryFile(dataDir: string | undefined, environment: NodeJS.ProcessEnv): string {
  const cache = environment.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(dataDir === undefined ? join(cache, 'clip-watch') : join(dataDir, 'models'), 'arrangements.json');
}

/** @returns undefined when nothing is remembered for this key, or something that is no candidate any more */
export async function recallArrangement(
  file: string,
  key: ArrangementKey,
  candidates: readonly Arrangement[],
): Promise<Arrangement | undefined> {
  const found = (await readAll(file))[nameOf(key)];
  return candidates.find(({ children, threads }) => children === found?.children && threads === found?.threads);
}

/** @throws Error when the file cannot be written */
export async function rememberArrangement(file: string, key: ArrangementKey, chosen: Arrangement): Promise<void> {
  const { children, threads } = chosen;
  const all = { ...(await readAll(file)), [nameOf(key)]: { children, threads } };
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, `${JSON.stringify(all, null, 2)}\n`);
}

type Remembered = Record<string, { readonly children?: unknown; readonly threads?: unknown } | null | undefined>;

/** When the file is missing or damaged, the measurement is made again. */
async function readAll(file: string): Promise<Remembered> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Remembered) : {};
  } catch {
    return {};
  }
}

const nameOf = ({ modelVersion, cores, provider, maxBatch, onnxruntime }: ArrangementKey): string =>
  `${modelVersion} ${cores} cores, ${provider}, batch ${maxBatch}, onnxruntime ${onnxruntime}`;
