/** Starts the embedded encoder, and opens clients of encoders, by the settings. */
import { availableParallelism } from 'node:os';
import { type ClipClient, type ClipClientOptions, createClipClient } from '@clip-watch/clip-client';
import { resolveEncodeConcurrency } from '@clip-watch/watcher';
import type { Logger } from 'pino';
import { LARGEST_CONCURRENCY } from '../api/index.js';
import type { Config } from '../config/config.js';
import { defaultConcurrency } from '../config/encode-concurrency.js';
import { type EmbeddedApollo, startEmbeddedApollo } from '../encoder/embedded-apollo.js';

/**
 * Starts the embedded encoder.
 * @param threads how many processor threads it may use
 * @throws HostError ENCODER_START
 */
export function startApollo(
  config: Config,
  log: Logger,
  { threads, signal }: { readonly threads: number; readonly signal?: AbortSignal | undefined },
): Promise<EmbeddedApollo> {
  const { dataDir, clipModel, clipModelDir } = config;
  return startEmbeddedApollo({
    dataDir,
    clipModel,
    clipModelDir,
    children: threads,
    signal,
    log: log.child({ component: 'apollo' }),
  });
}

/**
 * A client of all configured encoders.
 * @param modelVersion the only model that it accepts; without one, that of the first encoder that answers
 */
export function openClient(
  config: Config,
  log: Logger,
  apollo: EmbeddedApollo | null,
  modelVersion?: string,
): ClipClient {
  const component = log.child({ component: 'clip-client' });
  const concurrency = resolveEncodeConcurrency(config.clipEncodeConcurrency ?? undefined, {
    default: defaultConcurrency(config.apolloUrl, availableParallelism()),
    log: component,
  });
  return createClipClient({
    ...addressesOf(config, apollo),
    concurrency: Math.min(concurrency, LARGEST_CONCURRENCY),
    ...(modelVersion === undefined ? {} : { modelVersion }),
    ...credentialsOf(config),
    log: component,
  });
}

/** A client of one encoder alone, which accepts any model: to ask what it serves. */
export function openClientAt(config: Config, log: Logger, address: string): ClipClient {
  return createClipClient({
    addresses: [address],
    ...credentialsOf(config),
    log: log.child({ component: 'clip-client' }),
  });
}

function credentialsOf({ apolloToken, apolloCaFile }: Config): Partial<ClipClientOptions> {
  return {
    ...(apolloToken === null ? {} : { token: apolloToken }),
    ...(apolloCaFile === null ? {} : { caFile: apolloCaFile }),
    clientName: 'clip-watch',
  };
}

/** Beside other encoders the embedded one is only a fallback, for while they are away. */
function addressesOf(
  { apolloUrl: { addresses } }: Config,
  apollo: EmbeddedApollo | null,
): { readonly addresses: readonly string[]; readonly fallbackAddress?: string } {
  if (apollo === null) return { addresses };
  return addresses.length === 0 ? { addresses: [apollo.address] } : { addresses, fallbackAddress: apollo.address };
}
