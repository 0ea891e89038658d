import type { EncodeImagesResponse, EncodeResult, ImageItem__Output } from '@clip-watch/proto';
import { embedItem, toF32le } from './embed.js';
import type { MockModel } from './model.js';
import type { Garbage, MockReply } from './types.js';

/** Bytes that go out as a message just as they are, whatever the contract says. */
export class RawMessage {
  readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

export type Outgoing = EncodeImagesResponse | RawMessage;

export function goodResult(item: ImageItem__Output, model: MockModel): EncodeResult {
  return {
    request_id: item.request_id,
    content_hash: item.ref?.content_hash ?? '',
    embedding: {
      values_f32le: toF32le(embedItem(item, model.embedding_dim)),
      dim: model.embedding_dim,
      model_version: model.version,
    },
    duration_ms: 1,
  };
}

export function errorResult(item: ImageItem__Output, reply: MockReply & { kind: 'error' }): EncodeResult {
  return {
    request_id: item.request_id,
    content_hash: item.ref?.content_hash ?? '',
    // The generated types know only names; the point of a test is a number that nobody knows.
    error: {
      reason: reply.reason as never,
      retry: reply.retry as never,
      retry_delay_ms: reply.retryDelayMs ?? 0,
      message: 'scripted',
    },
  };
}

/** A verdict that the contract asks for, with nothing scripted: what a real server would say to this item. */
export function checkItem(item: ImageItem__Output, model: MockModel): EncodeResult | undefined {
  const invalid = { kind: 'error', reason: 'ERROR_REASON_INVALID_ITEM', retry: 'RETRY_LATER' } as const;
  if (item.payload === undefined) return errorResult(item, invalid);
  if (item.payload === 'rgb' && item.rgb) {
    const { width, height, data } = item.rgb;
    const fits = width === model.input_size && height === width && data.length === width * height * 3;
    return fits ? undefined : errorResult(item, invalid);
  }
  const data = item.encoded?.data ?? Buffer.alloc(0);
  const undecodable = { kind: 'error', reason: 'ERROR_REASON_UNDECODABLE', retry: 'RETRY_NEVER' } as const;
  return looksLikePicture(data) ? undefined : errorResult(item, undecodable);
}

function looksLikePicture(data: Uint8Array): boolean {
  return (data[0] === 0xff && data[1] === 0xd8) || (data[0] === 0x89 && data[1] === 0x50);
}

const constant = (length: number, value: number): Buffer => toF32le(new Array<number>(length).fill(value));

function withVector(result: EncodeResult, bytes: Buffer): EncodeResult {
  return { ...result, embedding: { ...result.embedding, values_f32le: bytes } };
}

function spoiled(result: EncodeResult, garbage: Garbage, dim: number): EncodeResult | undefined {
  const good = result.embedding;
  switch (garbage) {
    case 'wrong_length':
      return withVector(result, constant(dim - 1, 0.1));
    case 'empty_vector':
      return withVector(result, Buffer.alloc(0));
    case 'nan':
      return withVector(result, constant(dim, Number.NaN));
    case 'infinity':
      return withVector(result, constant(dim, Number.POSITIVE_INFINITY));
    case 'zero_norm':
      return withVector(result, constant(dim, 0));
    case 'long_norm':
      return withVector(result, constant(dim, 1));
    case 'wrong_dim':
      return { ...result, embedding: { ...good, dim: dim / 2, values_f32le: constant(dim / 2, (dim / 2) ** -0.5) } };
    case 'wrong_version':
      return { ...result, embedding: { ...good, model_version: 'another-model-9' } };
    case 'empty_version':
      return { ...result, embedding: { ...good, model_version: '' } };
    case 'unknown_id':
      return { ...result, request_id: 4_000_000_000 };
    case 'zero_id':
      return { ...result, request_id: 0 };
    case 'wrong_hash':
      return { ...result, content_hash: 'f'.repeat(64) };
    case 'empty_hash':
      return { ...result, content_hash: '' };
    case 'no_outcome':
      return { request_id: result.request_id ?? 0, content_hash: result.content_hash ?? '' };
    default:
      return undefined;
  }
}

/** @returns the messages to send for one item: nothing true among them, unless a doubled answer is the fault */
export function garbageMessages(item: ImageItem__Output, garbage: Garbage, model: MockModel): Outgoing[] {
  const result = goodResult(item, model);
  const one = spoiled(result, garbage, model.embedding_dim);
  if (one) return [{ result: one }];
  switch (garbage) {
    case 'repeated_id':
      return [{ result }, { result }, { result }];
    case 'empty_message':
      return [{}, { result }];
    case 'second_accepted':
      return [{ accepted: { model: { ...model, version: 'another-model-9' }, max_in_flight: 99 } }, { result }];
    case 'both_outcomes':
      return [new RawMessage(bothOutcomes(item, model))];
    case 'truncated_bytes':
      return [new RawMessage(Buffer.from([0x12, 0x7f, 0x08]))];
    case 'oversize':
      return [{ result: withVector(result, Buffer.alloc(3 * 1024 * 1024)) }];
    default:
      return [];
  }
}

/** An embedding and, after it, an error in one result: the last member of a oneof wins, so this says RETRY_NEVER. */
function bothOutcomes(item: ImageItem__Output, model: MockModel): Buffer {
  const hash = Buffer.from(item.ref?.content_hash ?? '');
  const vector = toF32le(embedItem(item, model.embedding_dim));
  const version = Buffer.from(model.version);
  const embedding = Buffer.concat([
    field(1, vector),
    Buffer.from([0x10, ...varint(model.embedding_dim)]),
    field(3, version),
  ]);
  const error = Buffer.from([0x08, 0x01, 0x10, 0x01]);
  const result = Buffer.concat([
    Buffer.from([0x08, ...varint(item.request_id)]),
    field(2, hash),
    field(3, embedding),
    field(4, error),
  ]);
  return field(2, result);
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
