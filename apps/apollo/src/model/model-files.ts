import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, win32 } from 'node:path';
import { ApolloError, messageOf } from '../errors.js';
import { externalWeightsOf } from './external-weights.js';

export type Precision = 'fp32' | 'fp16' | 'int8' | 'q4';
export type Tower = 'vision' | 'text';

/** Endings of the Hugging Face layout: `vision_model_quantized.onnx` holds the int8 weights. */
const ENDINGS = new Map<string, Precision>([
  ['', 'fp32'],
  ['_fp16', 'fp16'],
  ['_quantized', 'int8'],
  ['_int8', 'int8'],
  ['_uint8', 'int8'],
  ['_q4', 'q4'],
]);
/** int8 first: on the processors that people have at home it is several times faster at nearly the same vectors. */
const PREFERENCE: readonly Precision[] = ['int8', 'fp32', 'fp16', 'q4'];

/** The files of one tower in a folder's `onnx/`, best precision first. */
export async function listTowerFiles(
  folder: string,
  tower: Tower,
): Promise<{ readonly file: string; readonly precision: Precision }[]> {
  const names = await readdir(join(folder, 'onnx')).catch((): string[] => []);
  const found = names.toSorted().flatMap((name) => {
    const match = new RegExp(`^${tower}_model(_[a-z0-9]+)?\\.onnx$`).exec(name);
    const precision = match ? ENDINGS.get(match[1] ?? '') : undefined;
    return precision ? [{ file: join(folder, 'onnx', name), precision }] : [];
  });
  return found.toSorted((a, b) => PREFERENCE.indexOf(a.precision) - PREFERENCE.indexOf(b.precision));
}

/** @throws ApolloError MODEL_MISSING, MODEL_BROKEN */
export async function readJsonFile(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ApolloError('MODEL_MISSING', `${file} is missing: a model folder needs it`, { cause: error });
  });
  refuseStandIn(file, text.slice(0, 200));
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new ApolloError('MODEL_BROKEN', `${file} is not JSON (${messageOf(error)}): download it again`, {
      cause: error,
    });
  }
  throw new ApolloError('MODEL_BROKEN', `${file} does not hold a JSON object: download it again`);
}

/**
 * Looks at the first bytes of a model file, so that the usual mishaps are told by their name.
 * @throws ApolloError MODEL_MISSING, MODEL_BROKEN
 */
export async function checkOnnxFile(file: string): Promise<void> {
  const head = await readHead(file);
  if (head.length < 16) throw new ApolloError('MODEL_BROKEN', `${file} is empty or cut off: download it again`);
  refuseStandIn(file, head.toString('latin1'));
  // An ONNX file starts with ir_version: field 1, a varint.
  if (head[0] !== 0x08)
    throw new ApolloError('MODEL_BROKEN', `${file} is not an ONNX file: replace it by the model's own`);
}

async function readHead(file: string): Promise<Buffer> {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(200), 0, 200, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw new ApolloError('MODEL_MISSING', `${file} cannot be read (${messageOf(error)})`, { cause: error });
  }
}

/** Git LFS pointers and error pages are what people have in place of a model. */
function refuseStandIn(file: string, head: string): void {
  if (head.startsWith('version https://git-lfs'))
    throw new ApolloError('MODEL_BROKEN', `${file} is a Git LFS pointer, not the file itself: run git lfs pull`);
  if (/^\s*<(!doctype|html)/i.test(head))
    throw new ApolloError('MODEL_BROKEN', `${file} is a web page, not a model file: download it again`);
}

/** SHA-256 of a file, lower-case hex. */
export function hashFile(file: string): Promise<string> {
  return hashAll([file]);
}

/**
 * SHA-256 of an ONNX file together with the files that it names for its weights, lower-case hex.
 * @throws ApolloError MODEL_MISSING, MODEL_BROKEN
 */
export async function hashOnnxFile(file: string): Promise<string> {
  const weights: string[] = [];
  for (const location of await externalWeightsOf(file)) weights.push(await weightsFile(file, location));
  return hashAll([file, ...weights]);
}

/** Where the weights lie: beside the model or below its folder. A hub's cache keeps links there; what they lead to counts. */
async function weightsFile(file: string, location: string): Promise<string> {
  const leaves = isAbsolute(location) || win32.isAbsolute(location) || location.split(/[/\\]/).includes('..');
  if (leaves || location.includes('\0'))
    throw new ApolloError(
      'MODEL_BROKEN',
      `${file} names weights outside of its folder (${JSON.stringify(location)}): export the model with its weights beside it`,
    );
  const path = join(dirname(file), location);
  const real = await realpath(path).catch((error: unknown) => {
    throw new ApolloError(
      'MODEL_MISSING',
      `${path} is missing: ${basename(file)} keeps its weights there; copy it to the same folder`,
      { cause: error },
    );
  });
  if (!(await stat(real)).isFile()) throw new ApolloError('MODEL_BROKEN', `${path} is no regular file`);
  return real;
}

async function hashAll(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files)
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Bytes of a file, 0 when it is not there. */
export async function fileSize(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}
