import { type FileHandle, open } from 'node:fs/promises';
import protobuf from 'protobufjs';
import { ApolloError, messageOf } from '../errors.js';

// The messages of ONNX that lead to tensors, each with its fields that do. Large data lies in other fields and is skipped.
// Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const MESSAGES = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparseTensor' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparseTensor', 23: 'sparseTensor' },
  sparseTensor: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
} as const satisfies Record<string, Readonly<Record<number, string>>>;
type MessageKind = keyof typeof MESSAGES;

const TENSOR_EXTERNAL_DATA = 13;
const TENSOR_DATA_LOCATION = 14;
const IN_A_FILE = 1;
const DEEPEST = 64;
const MOST_ENTRY_BYTES = 64 << 10;
const WINDOW_BYTES = 64 << 10;
/** Of a field's tag and its length, or its whole number. */
const MOST_HEAD_BYTES = 20;

/**
 * The files beside a model that it says hold its weights, as it names them, sorted. Reads only what leads to them.
 * @throws ApolloError MODEL_BROKEN
 */
export async function externalWeightsOf(file: string): Promise<readonly string[]> {
  await using handle = await open(file);
  const { size } = await handle.stat();
  const walk = new OnnxWalk(handle);
  try {
    await walk.message('model', 0, size, 0);
  } catch (error) {
    throw new ApolloError('MODEL_BROKEN', `${file} is damaged (${messageOf(error)}): download it again`, {
      cause: error,
    });
  }
  return [...walk.locations].toSorted();
}

interface Field {
  readonly number: number;
  readonly wire: number;
  /** The number that the field holds, when it holds one. */
  readonly value: number;
  /** Where its content lies, and the next field begins. */
  readonly start: number;
  readonly end: number;
}

class OnnxWalk {
  readonly locations = new Set<string>();
  readonly #handle: FileHandle;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async message(kind: MessageKind, start: number, end: number, depth: number): Promise<void> {
    if (depth > DEEPEST) throw new Error('its graphs are nested too deeply');
    const fields: Readonly<Record<number, MessageKind>> = MESSAGES[kind];
    let named: string | undefined;
    let isExternal = false;
    for (let at = start; at < end; ) {
      const field = await this.#field(at, end);
      const inner = fields[field.number];
      if (inner !== undefined && field.wire === 2) await this.message(inner, field.start, field.end, depth + 1);
      else if (kind === 'tensor' && field.number === TENSOR_DATA_LOCATION) isExternal = field.value === IN_A_FILE;
      else if (kind === 'tensor' && field.number === TENSOR_EXTERNAL_DATA)
        named = (await this.#location(field)) ?? named;
      at = field.end;
    }
    if (!isExternal) return;
    if (named === undefined || named === '') throw new Error('weights are said to lie in a file, and it names none');
    this.locations.add(named);
  }

  async #field(at: number, end: number): Promise<Field> {
    const reader = protobuf.Reader.create(await this.#bytes(at, Math.min(MOST_HEAD_BYTES, end - at)));
    const tag = reader.uint32();
    const [number, wire] = [tag >>> 3, tag & 7];
    let value = 0;
    if (wire === 0) value = Number(reader.uint64());
    else if (wire === 2) value = reader.uint32();
    else if (wire !== 1 && wire !== 5) throw new Error(`unknown wire type ${wire}`);
    const start = at + reader.pos;
    const length = wire === 2 ? value : wire === 1 ? 8 : wire === 5 ? 4 : 0;
    if (number === 0 || start + length > end) throw new Error('a field reaches beyond its message');
    return { number, wire, value, start, end: start + length };
  }

  /** Of an entry that names the file; undefined for its other entries. */
  async #location({ start, end }: Field): Promise<string | undefined> {
    if (end - start > MOST_ENTRY_BYTES) throw new Error('a name is too long');
    const reader = protobuf.Reader.create(await this.#bytes(start, end - start));
    const entry = new Map<number, string>();
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if ((tag & 7) === 2) entry.set(tag >>> 3, reader.string());
      else reader.skipType(tag & 7);
    }
    return entry.get(1) === 'location' ? entry.get(2) : undefined;
  }

  /** A part of the file, read ahead: most fields are a few bytes. */
  async #bytes(at: number, length: number): Promise<Buffer> {
    const inside = at >= this.#windowStart && at + length <= this.#windowStart + this.#window.length;
    if (!inside) {
      const size = Math.max(length, WINDOW_BYTES);
      const { buffer, bytesRead } = await this.#handle.read(Buffer.allocUnsafe(size), 0, size, at);
      this.#window = buffer.subarray(0, bytesRead);
      this.#windowStart = at;
    }
    const from = at - this.#windowStart;
    if (from + length > this.#window.length) throw new Error('it is cut off');
    return this.#window.subarray(from, from + length);
  }
}
