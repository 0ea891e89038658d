/** A list of listeners. A listener that throws does not keep the others from hearing. */
export interface Emitter<T> {
  emit(event: T): void;
  on(listener: (event: T) => void): () => void;
}

export function createEmitter<T>(onError: (error: unknown) => void = () => {}): Emitter<T> {
  const listeners = new Set<(event: T) => void>();
  return {
    emit(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          onError(error);
        }
      }
    },
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
