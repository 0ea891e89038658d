import { withResolvers } from '@clip-watch/basics';
import { openApolloChannel } from './apollo-channel.js';
import { EncoderPool, type PoolParts } from './encoder/encoder-pool.js';
import { encodeTexts } from './encoder/text-query.js';
import { ClipClientError } from './errors.js';
import { MAX_CONCURRENCY, outOfRange, type ResolvedClipClientOptions, resolveClipClientOptions } from './options.js';
import { ImageRun } from './stream/image-run.js';
import { DEFAULT_TIMING } from './timing.js';
import type { ClipClient, ClipClientOptions, ClipHealth, ClipModel } from './types.js';

const TEXT_TIMEOUT_MS = 10_000;

/**
 * Makes a client of one or many encoders. Opens nothing before the first image, text or `whenReady`.
 * @throws TypeError naming every option that is out of bounds
 * @example
 * await using client = createClipClient({ addresses: ['grpc://localhost:50051'] });
 * const { dimension } = await client.whenReady({ signal: AbortSignal.timeout(5_000) });
 */
export function createClipClient(options: ClipClientOptions): ClipClient {
  return createClipClientOf(options, {});
}

/** The same with other parts, for tests that script the channel or shorten the waits. */
export function createClipClientOf(options: ClipClientOptions, parts: Partial<PoolParts>): ClipClient {
  const resolved = resolveClipClientOptions(options);
  if (resolved.addresses.length === 0) return disabledClient(resolved);
  const timing = parts.timing ?? DEFAULT_TIMING;
  const pool = new EncoderPool(resolved, { openChannel: openApolloChannel, random: Math.random, ...parts, timing });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closePool(pool, timing.closeGraceMs));
  return {
    isEnabled: true,
    get model() {
      return pool.model;
    },
    get concurrency() {
      return pool.concurrency;
    },
    setConcurrency: (concurrency) => pool.setConcurrency(checkConcurrency(concurrency)),
    setModelVersion: (version) => pool.setModelVersion(version),
    health: () => poolHealth(pool),
    whenReady: ({ signal } = {}) => whenReady(pool, signal),
    encodeImages: (images, { signal } = {}) => new ImageRun(pool, images).outcomesUntilDone(signal),
    encodeTexts: (texts, { signal, timeoutMs = TEXT_TIMEOUT_MS } = {}) =>
      encodeTexts(pool, texts, { signal, timeoutMs }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function checkConcurrency(concurrency: number): number {
  const [problem] = outOfRange(concurrency, 1, MAX_CONCURRENCY);
  if (problem !== undefined) throw new RangeError(`concurrency ${problem}`);
  return concurrency;
}

function poolHealth(pool: EncoderPool): ClipHealth {
  const encoders = pool.encoders.map((encoder) => encoder.health());
  const reason = pool.describeTrouble();
  return { state: healthState(pool), encoders, ...(reason !== '' && { reason }) };
}

function healthState(pool: EncoderPool): ClipHealth['state'] {
  if (pool.isWell) return 'up';
  return pool.state === 'misconfigured' ? 'misconfigured' : 'down';
}

function whenReady(pool: EncoderPool, signal: AbortSignal | undefined): Promise<ClipModel> {
  const { promise, reject, resolve } = withResolvers<ClipModel>();
  const look = (): void => {
    const { model, state } = pool;
    if (signal?.aborted) reject(new ClipClientError('CANCELLED', 'the caller cancelled'));
    else if (state === 'serving' && model) resolve(model);
    else if (state === 'closed') reject(new ClipClientError('CANCELLED', 'the client was closed'));
    else if (state === 'misconfigured') reject(new ClipClientError('MISCONFIGURED', pool.describeTrouble()));
  };
  const stopListening = pool.onChange(look);
  signal?.addEventListener('abort', look, { once: true });
  const wish = pool.wish();
  look();
  return promise.finally(() => {
    wish.release();
    stopListening();
    signal?.removeEventListener('abort', look);
  });
}

/** Lets what is in flight end within the grace, then drops it. */
async function closePool(pool: EncoderPool, graceMs: number): Promise<void> {
  pool.finish();
  const { promise, resolve } = withResolvers<void>();
  const look = (): void => {
    if (pool.encoders.every((encoder) => encoder.inFlight === 0)) resolve();
  };
  const stopListening = pool.onChange(look);
  const timer = setTimeout(resolve, graceMs);
  look();
  await promise;
  clearTimeout(timer);
  stopListening();
  pool.close();
}

/** No address: no socket, no timer, ever. */
function disabledClient({ concurrency }: ResolvedClipClientOptions): ClipClient {
  let size = concurrency;
  const refuse = async (): Promise<never> => {
    throw new ClipClientError('DISABLED', 'no encoder address is configured');
  };
  return {
    isEnabled: false,
    model: undefined,
    get concurrency() {
      return size;
    },
    setConcurrency: (next) => {
      size = checkConcurrency(next);
    },
    setModelVersion: () => {},
    health: () => ({ state: 'disabled', reason: 'no encoder address is configured', encoders: [] }),
    whenReady: refuse,
    // biome-ignore lint/correctness/useYield: it throws at the first step, as the interface promises
    encodeImages: async function* () {
      await refuse();
    },
    encodeTexts: refuse,
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
