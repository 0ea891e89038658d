import type { EncodeResult__Output, EncodeTextsResponse__Output } from '@clip-watch/proto';
import { ApolloCallError } from '../apollo-channel.js';
import { decodeEmbedding, embeddingFault } from '../embedding.js';
import { ClipClientError } from '../errors.js';
import { inTextSpan } from '../tracing.js';
import type { Encoder } from './encoder.js';
import type { EncoderPool } from './encoder-pool.js';
import { classifyStatus } from './retry-policy.js';

export interface TextQueryOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

export interface TextEmbeddings {
  readonly modelVersion: string;
  readonly embeddings: readonly Float32Array[];
}

/**
 * Asks one encoder after the other, open ones first, by unary calls that never wait behind photos. The time-out is for
 * all of it.
 */
export function encodeTexts(
  pool: EncoderPool,
  texts: readonly string[],
  options: TextQueryOptions,
): Promise<TextEmbeddings> {
  return inTextSpan(texts.length, () => askInTurn(pool, texts, options));
}

async function askInTurn(
  pool: EncoderPool,
  texts: readonly string[],
  options: TextQueryOptions,
): Promise<TextEmbeddings> {
  if (texts.length === 0) throw new ClipClientError('INVALID_ARGUMENT', 'no text was given');
  if (pool.model && !pool.model.supportsText)
    throw new ClipClientError('NO_TEXT', `the model ${pool.model.name} has no text side`);
  const until = Date.now() + options.timeoutMs;
  let last: ClipClientError | undefined;
  const encoders = pool.textEncoders();
  for (const [index, encoder] of encoders.entries()) {
    const leftMs = until - Date.now();
    if (leftMs <= 0) break;
    // A sleeping machine swallows the call: something must be left for the next one.
    const timeoutMs = index === encoders.length - 1 ? leftMs : leftMs / 2;
    try {
      return await ask(encoder, pool, texts, { ...options, timeoutMs });
    } catch (error) {
      last = toClipClientError(error, options);
      if (!isWorthAnother(last)) throw last;
    }
  }
  throw last ?? new ClipClientError('UNAVAILABLE', `no encoder can take texts: ${pool.describeTrouble()}`);
}

function isWorthAnother({ code }: ClipClientError): boolean {
  return code !== 'CANCELLED' && code !== 'INVALID_ARGUMENT';
}

async function ask(
  encoder: Encoder,
  pool: EncoderPool,
  texts: readonly string[],
  options: TextQueryOptions,
): Promise<TextEmbeddings> {
  const { channel, giveBack } = encoder.borrowChannel();
  try {
    const version = pool.wantedVersion;
    const model = version === undefined ? null : { version };
    const response = await channel.encodeTexts({ model, texts: [...texts] }, options);
    return readResponse(response, texts.length, pool);
  } finally {
    giveBack();
  }
}

function readResponse({ results }: EncodeTextsResponse__Output, count: number, pool: EncoderPool): TextEmbeddings {
  if (results.length !== count)
    throw new ClipClientError('PROTOCOL', `the encoder answered ${results.length} of ${count} texts`);
  const modelVersion = pool.wantedVersion ?? results[0]?.embedding?.model_version ?? '';
  return { modelVersion, embeddings: results.map((result) => readText(result, modelVersion, pool)) };
}

function readText(
  { embedding, error, outcome }: EncodeResult__Output,
  version: string,
  pool: EncoderPool,
): Float32Array {
  if (outcome === 'error' && error) {
    const code =
      error.retry === 'RETRY_NEVER' || error.reason === 'ERROR_REASON_INVALID_ITEM'
        ? 'INVALID_ARGUMENT'
        : 'UNAVAILABLE';
    throw new ClipClientError(code, `the encoder refused a text: ${error.reason}`);
  }
  if (outcome !== 'embedding' || !embedding) throw new ClipClientError('PROTOCOL', 'an answer without an embedding');
  if (embedding.model_version !== version || version === '')
    throw new ClipClientError('PROTOCOL', `a text embedding of another model than ${version}`);
  const dimension = pool.model?.dimension ?? embedding.dim;
  if (embedding.dim !== dimension || embedding.values_f32le.length !== dimension * 4)
    throw new ClipClientError('PROTOCOL', `a text embedding of ${embedding.values_f32le.length} bytes`);
  const values = decodeEmbedding(embedding.values_f32le, dimension);
  const fault = embeddingFault(values, pool.model?.normalized ?? false);
  if (fault !== undefined) throw new ClipClientError('PROTOCOL', fault);
  return values;
}

function toClipClientError(error: unknown, { signal }: TextQueryOptions): ClipClientError {
  if (error instanceof ClipClientError) return error;
  if (!(error instanceof ApolloCallError)) throw error;
  const { message, status } = error;
  if (signal?.aborted) return new ClipClientError('CANCELLED', 'the caller cancelled', { cause: error });
  switch (status) {
    case 'UNIMPLEMENTED':
      return new ClipClientError('NO_TEXT', 'the encoder serves no texts', { cause: error });
    case 'INVALID_ARGUMENT':
    case 'DEADLINE_EXCEEDED':
      return new ClipClientError(status, message, { cause: error });
    default:
      return new ClipClientError(
        classifyStatus(status) === 'misconfigured' ? 'MISCONFIGURED' : 'UNAVAILABLE',
        message,
        {
          cause: error,
        },
      );
  }
}
