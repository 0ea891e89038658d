import { type ClipClient, ClipClientError, createClipClient } from '@clip-watch/clip-client';
import type { BaseLogger } from 'pino';
import { messageOf } from '../errors.js';
import type { EmbeddedApollo } from './embedded-apollo.js';

export interface LocalTextsDeps {
  /** The encoders that are configured. */
  readonly client: Pick<ClipClient, 'encodeTexts'>;
  /** Starts an encoder here with the same model files; null where there are none, or one runs as an encoder already. */
  readonly start: (() => Promise<EmbeddedApollo>) | null;
  /** The model whose photos are searched; null before the first. */
  modelVersion(): string | null;
  readonly log?: Pick<BaseLogger, 'info' | 'warn'>;
  readonly now?: () => number;
}

/** Words by the configured encoders, or, while every one of them is away, by an encoder on this machine. */
export interface LocalTexts extends Pick<ClipClient, 'encodeTexts'>, AsyncDisposable {
  close(): Promise<void>;
}

interface Local {
  readonly apollo: EmbeddedApollo;
  readonly client: ClipClient;
}

const AWAY: ReadonlySet<string> = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED']);
// A model folder that cannot be served is not loaded again for each search.
const REST_MS = 60_000;

/** Nothing is started before the first words that no configured encoder takes. It then stays until `close`. */
export function createLocalTexts(deps: LocalTextsDeps): LocalTexts {
  const { client, log, now = Date.now } = deps;
  let starting: Promise<Local | null> | null = null;
  let restsUntil = 0;
  let isClosed = false;

  const start = async (): Promise<Local | null> => {
    try {
      const apollo = await deps.start!();
      log?.info({ model: apollo.modelVersion }, 'words are encoded on this machine while the encoders are away');
      return { apollo, client: createClipClient({ addresses: [apollo.address] }) };
    } catch (error) {
      log?.warn({ err: error }, `no encoder for words on this machine: ${messageOf(error)}`);
      restsUntil = now() + REST_MS;
      starting = null;
      return null;
    }
  };

  const local = async (): Promise<Local | null> => {
    if (deps.start === null || isClosed || deps.modelVersion() === null) return null;
    if (starting === null && now() < restsUntil) return null;
    starting ??= start();
    return await starting;
  };

  const close = async (): Promise<void> => {
    isClosed = true;
    const running = await starting;
    await running?.client.close();
    await running?.apollo.close();
  };
  return {
    async encodeTexts(texts, options) {
      try {
        return await client.encodeTexts(texts, options);
      } catch (error) {
        if (!(error instanceof ClipClientError) || !AWAY.has(error.code)) throw error;
        const here = await local();
        // Words of another model would find anything: then the encoders are away, and that is all.
        if (here === null || here.apollo.modelVersion !== deps.modelVersion()) throw error;
        return await here.client.encodeTexts(texts, options);
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
