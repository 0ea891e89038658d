// A writer for the small part of ONNX that the project's own models need. Hand-written, because the protobuf
// libraries for ONNX are many times larger than this file, and because its bytes must never change by an update.
// Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

const FLOAT = 1;
const INT8 = 3;
const INT64 = 7;
const FLOAT16 = 10;
const UINT8 = 2;
export const DataType = { FLOAT, UINT8, INT8, INT64, FLOAT16 };

function varint(value) {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

const tag = (field, wire) => varint((field << 3) | wire);
const int = (field, value) => Buffer.concat([tag(field, 0), varint(value)]);
const bytes = (field, value) => Buffer.concat([tag(field, 2), varint(value.length), value]);
const text = (field, value) => bytes(field, Buffer.from(value));

function float(field, value) {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return Buffer.concat([tag(field, 5), buffer]);
}

function attribute(name, value) {
  const parts = [text(1, name)];
  if (Array.isArray(value)) parts.push(...value.map((entry) => int(8, entry)), int(20, 7));
  else if (typeof value === 'string') parts.push(text(4, value), int(20, 3));
  else if (typeof value === 'object') parts.push(float(2, value.float), int(20, 1));
  else parts.push(int(3, value), int(20, 2));
  return Buffer.concat(parts);
}

/** One operator. Attributes: a whole number, a list of them, a string, or `{ float: 0.5 }`. */
export function node(type, inputs, outputs, attributes = {}) {
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(3, outputs[0]),
    text(4, type),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
  ]);
}

const rawBytes = (data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** A constant. The element type follows from the typed array, or is named (`DataType.FLOAT16` in a Uint16Array). */
export function tensor(name, dims, data, type = typeOf(data)) {
  const header = [...dims.map((dim) => int(1, dim)), int(2, type), text(8, name)];
  return Buffer.concat([...header, bytes(9, rawBytes(data))]);
}

function typeOf(data) {
  if (data instanceof Float32Array) return FLOAT;
  if (data instanceof BigInt64Array) return INT64;
  if (data instanceof Int8Array) return INT8;
  if (data instanceof Uint8Array) return UINT8;
  throw new TypeError('tensor: name the element type');
}

function valueInfo({ name, type, dims }) {
  const shape = Buffer.concat(dims.map((dim) => bytes(1, typeof dim === 'string' ? text(2, dim) : int(1, dim))));
  return Buffer.concat([text(1, name), bytes(2, bytes(1, Buffer.concat([int(1, type), bytes(2, shape)])))]);
}

/** A whole model file. `inputs` and `outputs`: `{ name, type, dims }`, a dim being a number or a name. */
export function model({ name, nodes, initializers, inputs, outputs, opset = 13 }) {
  const graph = Buffer.concat([
    ...nodes.map((entry) => bytes(1, entry)),
    text(2, name),
    ...initializers.map((entry) => bytes(5, entry)),
    ...inputs.map((entry) => bytes(11, valueInfo(entry))),
    ...outputs.map((entry) => bytes(12, valueInfo(entry))),
  ]);
  return Buffer.concat([int(1, 8), text(2, 'clip-watch'), bytes(7, graph), bytes(8, int(2, opset))]);
}
