import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Arrangement } from './arrangement.js';

/** What a measured arrangement holds for: another model, machine or library is measured anew. */
export interface ArrangementKey {
  readonly modelVersion: string;
  readonly cores: number;
  readonly provider: string;
  readonly maxBatch: number;
  readonly onnxruntime: string;
}

/** Beside the pulled models, or, where the program has no data folder, in the user's cache. */
export function memoryFile(dataDir: string | undefined, environment: NodeJS.ProcessEnv): string {
  const cache = environment.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(dataDir === undefined ? join(cache, 'clip-watch') : join(dataDir, 'models'), 'arrangements.json');
}

/** @returns undefined when nothing is remembered for it, or nothing that is among the candidates */
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

/** Written beside, synced and renamed: another start never reads half of it, nor does one after a power cut. */
async function replaceFile(file: string, content: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  try {
    await using handle = await open(draft, 'w', 0o600);
    await handle.writeFile(content);
    await handle.sync();
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {}); // The first error says more.
    throw error;
  }
}

type Remembered = Record<string, { readonly children?: unknown; readonly threads?: unknown } | null | undefined>;

/** A file that is missing or spoilt only means that it is measured again. */
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
