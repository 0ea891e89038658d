import type { Logger } from '@clip-watch/basics';

type Listener = (ids: readonly number[]) => void;

export interface EmbeddedListeners {
  add(listener: Listener): () => void;
  announce(ids: readonly number[]): void;
}

/** A listener that throws is logged and does not stop the others: what it was told of is committed. */
export function createEmbeddedListeners(log: Logger | undefined): EmbeddedListeners {
  const listeners = new Set<Listener>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    announce(ids) {
      if (ids.length === 0) return;
      for (const listener of listeners) {
        try {
          listener(ids);
        } catch (err) {
          log?.error({ err }, 'clip_watch: a listener for embeddings failed');
        }
      }
    },
  };
}
