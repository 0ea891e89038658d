import { createHash } from 'node:crypto';
import { endianness } from 'node:os';

/** Vectors of one model by the hash of their words, the one used longest ago first. */
export interface KeptVectors {
  readonly modelVersion: string;
  /** Keys are SHA-256 in lower-case hex; all vectors have one length. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

const FORMAT = `clip-watch query vectors 1 ${endianness()}`;
const KEY_BYTES = 32;

/** One line of JSON, then a record for each: the key's bytes, and the vector as this machine holds it. */
export function encodeKeptVectors({ modelVersion, vectors }: KeptVectors): Uint8Array {
  const dimension = [...vectors.values()][0]?.length ?? 0;
  const records = Buffer.concat([...vectors].flatMap(([key, vector]) => [Buffer.from(key, 'hex'), toBytes(vector)]));
  const header = { format: FORMAT, modelVersion, dimension, sha256: hashOf(records) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), records]);
}

function toBytes(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** @throws Error in words for the log: why these bytes are not what `encodeKeptVectors` made */
export function decodeKeptVectors(bytes: Buffer): KeptVectors {
  const end = bytes.indexOf('\n');
  const header = readHeader(bytes.toString('utf8', 0, Math.max(0, end)));
  const records = bytes.subarray(end + 1);
  if (hashOf(records) !== header.sha256) throw new Error('it is damaged');
  const { modelVersion, dimension } = header;
  const vectors = new Map<string, Float32Array>();
  const size = KEY_BYTES + dimension * 4;
  for (let at = 0; at + size <= records.length; at += size) {
    const key = records.toString('hex', at, at + KEY_BYTES);
    // Copied: a vector must begin at a multiple of four bytes.
    vectors.set(key, new Float32Array(new Uint8Array(records.subarray(at + KEY_BYTES, at + size)).buffer));
  }
  return { modelVersion, vectors };
}

interface Header {
  readonly modelVersion: string;
  readonly dimension: number;
  readonly sha256: string;
}

function readHeader(line: string): Header {
  const { format, modelVersion, dimension, sha256 } = parse(line);
  if (format !== FORMAT) throw new Error('it is of another kind or version');
  if (typeof modelVersion !== 'string' || typeof sha256 !== 'string' || !Number.isSafeInteger(dimension))
    throw new Error('it is damaged');
  return { modelVersion, dimension: Number(dimension), sha256 };
}

function parse(line: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {}; // No header is a foreign one.
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
