import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import protobuf from 'protobufjs';

const MODEL_GRAPH = 7;
const GRAPH_TENSOR = 5;
const TENSOR_RAW_DATA = 9;
const WORTH_MOVING_BYTES = 1_000;

/** Rewrites a model so that its large weights lie in another file. @param named what the model calls that file */
export function moveWeightsOut(file: string, location: string, named: string = location): void {
  const weights = join(dirname(file), location);
  writeFileSync(weights, '');
  let offset = 0;
  const moveTensor = (tensor: Uint8Array): Uint8Array => {
    const data = fieldsOf(tensor).find(({ number }) => number === TENSOR_RAW_DATA)?.content;
    if (data === undefined || data.length < WORTH_MOVING_BYTES) return tensor;
    const place = { location: named, offset: String(offset), length: String(data.length) };
    appendFileSync(weights, data);
    offset += data.length;
    return Buffer.concat([rewrite(tensor, TENSOR_RAW_DATA, () => undefined), placeOf(place)]);
  };
  const moveGraph = (graph: Uint8Array): Uint8Array => rewrite(graph, GRAPH_TENSOR, moveTensor);
  writeFileSync(file, rewrite(readFileSync(file), MODEL_GRAPH, moveGraph));
  if (offset === 0) throw new Error(`${file} holds no weights that are worth moving`);
}

/** The end of a tensor whose data lies in a file. */
function placeOf(entries: Readonly<Record<string, string>>): Uint8Array {
  const writer = new protobuf.Writer();
  for (const [key, value] of Object.entries(entries))
    writer
      .uint32((13 << 3) | 2)
      .fork()
      .uint32((1 << 3) | 2)
      .string(key)
      .uint32((2 << 3) | 2)
      .string(value)
      .ldelim();
  return writer
    .uint32(14 << 3)
    .int32(1)
    .finish();
}

interface Field {
  readonly number: number;
  /** All of it, with its tag. */
  readonly bytes: Uint8Array;
  /** Undefined for a number. */
  readonly content: Uint8Array | undefined;
}

function fieldsOf(message: Uint8Array): readonly Field[] {
  const reader = protobuf.Reader.create(message);
  const fields: Field[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    let content: Uint8Array | undefined;
    if ((tag & 7) === 2) content = reader.bytes();
    else reader.skipType(tag & 7);
    fields.push({ number: tag >>> 3, bytes: message.subarray(start, reader.pos), content });
  }
  return fields;
}

/** @param change gives the field's new content, or undefined to leave it out */
function rewrite(message: Uint8Array, number: number, change: (content: Uint8Array) => Uint8Array | undefined): Buffer {
  return Buffer.concat(
    fieldsOf(message).map((field) => {
      if (field.number !== number || field.content === undefined) return field.bytes;
      const content = change(field.content);
      if (content === undefined) return new Uint8Array();
      return new protobuf.Writer()
        .uint32((number << 3) | 2)
        .bytes(content)
        .finish();
    }),
  );
}
