import { type ClipClient, ClipClientError } from '@clip-watch/clip-client';

export interface ActiveTextsDeps {
  /** Takes one model only: while photos change, the one that they change to. */
  readonly client: Pick<ClipClient, 'encodeTexts' | 'health' | 'model'>;
  /** A client of the same encoders that takes this model only. */
  open(modelVersion: string): ClipClient;
  /** The model whose photos are searched; null before the first. */
  modelVersion(): string | null;
}

/** Words in the model that is searched, by an encoder that still serves it while photos change to another one. */
export interface ActiveTexts extends Pick<ClipClient, 'encodeTexts'> {
  close(): Promise<void>;
}

interface Own {
  readonly version: string;
  readonly client: ClipClient;
}

export function createActiveTexts({ client, open, modelVersion }: ActiveTextsDeps): ActiveTexts {
  let own: Own | undefined;

  const ownOf = async (version: string): Promise<ClipClient> => {
    if (own?.version === version) return own.client;
    const before = own;
    own = { version, client: open(version) };
    await before?.client.close();
    return own.client;
  };

  return {
    async encodeTexts(texts, options) {
      const active = modelVersion();
      const isApart = client.health().encoders.some(({ model }) => model?.version === active);
      if (active === null || client.model?.version === active || !isApart) return client.encodeTexts(texts, options);
      try {
        return await (await ownOf(active)).encodeTexts(texts, options);
      } catch (error) {
        if (!(error instanceof ClipClientError)) throw error;
        return client.encodeTexts(texts, options); // it went away meanwhile: the other model's answer says so
      }
    },
    close: async () => await own?.client.close(),
  };
}
