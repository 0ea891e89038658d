import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import { describe, expect, test } from 'vitest';
import { CLIP_PROTO, CLIP_SERVICE, LOADER_OPTIONS, PROTO_DIR } from './index.js';

interface Golden {
  readonly name: string;
  readonly type: string;
  readonly hex: string;
  readonly text: string;
  readonly json: unknown;
}

type Codec = (bytes: Buffer) => object;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MESSAGES: readonly Golden[] = JSON.parse(readFileSync(join(ROOT, 'golden/messages.json'), 'utf8'));
const ONEOFS: Readonly<Record<string, readonly string[]>> = {
  request: ['open', 'item', 'cancel'],
  response: ['accepted', 'result', 'flow'],
  outcome: ['embedding', 'error'],
  payload: ['rgb', 'encoded'],
  _maxInFlight: [],
};
// The loader's own view, brought as near to canonical JSON as its options allow.
const decoders = makeDecoders({ enums: String, bytes: String, defaults: false, oneofs: true });

function makeDecoders(options: Parameters<typeof loadSync>[1]): ReadonlyMap<string, Codec> {
  const service = loadSync(CLIP_PROTO, { ...options, includeDirs: [PROTO_DIR] })[CLIP_SERVICE];
  const methods = Object.values(service ?? {}) as MethodDefinition<object, object, object, object>[];
  return new Map(
    methods.flatMap(({ requestDeserialize, requestType, responseDeserialize, responseType }) => [
      [(requestType.type as { name: string }).name, requestDeserialize as Codec],
      [(responseType.type as { name: string }).name, responseDeserialize as Codec],
    ]),
  );
}

/** float32 in a double and the shortest text of it are the same number; the discriminant of a oneof decides. */
function canonical(value: unknown): unknown {
  if (typeof value === 'number') return Math.fround(value);
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const record = { ...value } as Record<string, unknown>;
  for (const [oneof, members] of Object.entries(ONEOFS)) {
    if (!(oneof in record) || typeof record[oneof] !== 'string') continue;
    for (const member of members) if (member !== record[oneof]) delete record[member];
    delete record[oneof];
  }
  return Object.fromEntries(Object.entries(record).map(([key, member]) => [key, canonical(member)]));
}

describe.each(MESSAGES.map((message) => [message.name, message] as const))('%s', (_, { hex, json, text, type }) => {
  const bytes = Buffer.from(hex, 'hex');
  const decode = (): object => decoders.get(type)!(bytes);

  test('is read by protobufjs as written down', () => {
    expect(canonical(decode())).toEqual(canonical(json));
  });

  test('is read by buf as written down', () => {
    const args = ['convert', '.', `--type=apollo.clip.v1.${type}`, '--from=-#format=binpb', '--to=-#format=json'];
    const { stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/buf'), args, { cwd: ROOT, input: bytes });
    expect(stderr.toString()).toBe('');
    expect(JSON.parse(stdout.toString())).toEqual(json);
  });

  test.skipIf(!hasProtoc())('is read by protoc as written down', () => {
    const args = [`--decode=apollo.clip.v1.${type}`, '-I', '.', 'apollo/clip/v1/clip.proto'];
    const { stdout } = spawnSync('protoc', args, { cwd: ROOT, input: bytes });
    expect(stdout.toString()).toBe(text);
  });
});

test('an unknown enum value arrives as a number, against the types: switch with a default', () => {
  const { hex } = MESSAGES.find(({ name }) => name === 'error with enum values of a later contract')!;
  const runtime = makeDecoders(LOADER_OPTIONS).get('EncodeImagesResponse')!(Buffer.from(hex, 'hex'));
  expect(runtime).toMatchObject({ response: 'result', result: { outcome: 'error', error: { reason: 99, retry: 77 } } });
});

test('of two oneof members both stay in the object: only the discriminant is right', () => {
  const { hex } = MESSAGES.find(({ name }) => name === 'both outcomes')!;
  const runtime = makeDecoders(LOADER_OPTIONS).get('EncodeImagesResponse')!(Buffer.from(hex, 'hex'));
  expect(runtime).toMatchObject({ result: { outcome: 'error', embedding: { dim: 2 } } });
});

let protoc: boolean | undefined;

function hasProtoc(): boolean {
  if (protoc !== undefined) return protoc;
  protoc = spawnSync('protoc', ['--version']).status === 0;
  if (!protoc)
    process.stderr.write(
      '\n*** SKIPPED: protoc is not here (Debian: protobuf-compiler); golden messages unread by it. ***\n\n',
    );
  return protoc;
}
