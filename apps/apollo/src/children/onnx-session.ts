import { InferenceSession, Tensor } from 'onnxruntime-node';

export interface OpenedSession {
  readonly session: InferenceSession;
  readonly provider: string;
}

/**
 * Opens a model file on the wanted execution provider, and on the CPU where that one is not to be had.
 * Blocks the event loop while it loads: only for child processes.
 */
export async function openSession(file: string, provider: string, threads: number): Promise<OpenedSession> {
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
    // Waiting threads that spin would take the cores from decoding; it costs 15 to 20 % where both share them.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
  if (provider !== 'cpu') {
    try {
      const session = await InferenceSession.create(file, { ...options, executionProviders: [provider] });
      return { session, provider };
    } catch (error) {
      process.stderr.write(`execution provider ${provider} is not to be had, using cpu: ${String(error)}\n`);
    }
  }
  return { session: await InferenceSession.create(file, { ...options, executionProviders: ['cpu'] }), provider: 'cpu' };
}

/** The output that holds the vectors: exporters name it differently. */
export function embeddingOutput(session: InferenceSession, wanted: string): string {
  const name = [wanted, 'pooler_output', 'sentence_embedding'].find((entry) => session.outputNames.includes(entry));
  if (name !== undefined) return name;
  if (session.outputNames.length === 1 && session.outputNames[0] !== undefined) return session.outputNames[0];
  throw new Error(`no output ${wanted} among ${session.outputNames.join(', ')}`);
}

/** The element type that an input asks for. @throws Error when the model has no such input */
export function inputType(session: InferenceSession, name: string): string {
  const found = session.inputMetadata.find((entry) => entry.name === name);
  if (!found?.isTensor) throw new Error(`no input ${name} among ${session.inputNames.join(', ')}`);
  return found.type;
}

/** The rows of a `[batch, dimension]` float32 output. @throws Error on any other shape */
export function readRows(tensor: Tensor | undefined, batch: number): { data: Float32Array; dimension: number } {
  if (tensor === undefined) throw new Error('the model gave no output');
  const [rows, dimension, ...more] = tensor.dims;
  if (rows !== batch || dimension === undefined || dimension < 2 || more.length > 0)
    throw new Error(`the output has the shape ${tensor.dims.join('x')}, not ${batch} vectors`);
  return { data: toFloat32(tensor), dimension };
}

function toFloat32(tensor: Tensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  if (tensor.type === 'float16') return Float32Array.from(tensor.data as Uint16Array, fromHalf);
  throw new Error(`the output holds ${tensor.type}, not floats`);
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** One row scaled to length 1; undefined when a number is not finite or the row has no length. */
export function unitVector(row: Float32Array): Float32Array | undefined {
  let squares = 0;
  for (const value of row) squares += value * value;
  const length = Math.sqrt(squares);
  if (!Number.isFinite(length) || length < 1e-12) return undefined;
  return row.map((value) => value / length);
}

/** Values as the float type that an input asks for. */
export function floatTensor(type: string, data: Float32Array, dims: readonly number[]): Tensor {
  if (type === 'float32') return new Tensor('float32', data, dims);
  if (type === 'float16') return new Tensor('float16', Uint16Array.from(data, toHalf), dims);
  throw new Error(`an image input of type ${type} cannot be served`);
}

const HALF_BUFFER = new Float32Array(1);
const HALF_BITS = new Uint32Array(HALF_BUFFER.buffer);

/** Round to nearest; normalised pixels lie far inside the range of half floats. */
function toHalf(value: number): number {
  HALF_BUFFER[0] = value;
  const bits = HALF_BITS[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent <= 0) return sign | Math.round(Math.abs(value) * 2 ** 24);
  if (exponent >= 31) return sign | 0x7c00;
  return sign + (exponent << 10) + (((bits & 0x7fffff) + 0x1000) >>> 13);
}
