import type { ClipClient } from '@clip-watch/clip-client';

export interface TextVector {
  readonly modelVersion: string;
  readonly vector: Float32Array;
}

/** Vectors of query texts; the last thousand are kept, so that they can be searched while every encoder is away. */
export interface QueryVectors {
  /**
   * @param modelVersion the model whose photos are searched; null when none is known yet
   * @throws ClipClientError as `encodeTexts` does
   */
  of(text: string, modelVersion: string | null, signal?: AbortSignal): Promise<TextVector>;
}

const KEPT = 1_000;
const TIMEOUT_MS = 5_000;

export function createQueryVectors(client: Pick<ClipClient, 'encodeTexts'>): QueryVectors {
  // A Map keeps the order of insertion: the first key is the one used longest ago.
  const kept = new Map<string, TextVector>();
  const keyOf = (modelVersion: string, text: string): string => `${modelVersion}\n${text}`;

  const remember = (key: string, value: TextVector): void => {
    kept.delete(key);
    kept.set(key, value);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  };

  return {
    async of(text, modelVersion, signal) {
      const known = modelVersion === null ? undefined : kept.get(keyOf(modelVersion, text));
      if (known !== undefined) {
        remember(keyOf(known.modelVersion, text), known);
        return known;
      }
      const answer = await client.encodeTexts([text], { timeoutMs: TIMEOUT_MS, ...(signal ? { signal } : {}) });
      const made = { modelVersion: answer.modelVersion, vector: answer.embeddings[0]! };
      remember(keyOf(made.modelVersion, text), made);
      return made;
    },
  };
}

// Subtracting the whole of the unwanted words would leave what both have in common unsaid.
const UNWANTED_WEIGHT = 0.5;

/** "these words, without those": a unit vector. Equal texts would leave nothing, then the wanted one stays. */
export function subtractVector(wanted: Float32Array, unwanted: Float32Array): Float32Array {
  const mixed = wanted.map((value, index) => value - UNWANTED_WEIGHT * unwanted[index]!);
  const norm = Math.hypot(...mixed);
  return norm < 1e-6 ? wanted : mixed.map((value) => value / norm);
}
