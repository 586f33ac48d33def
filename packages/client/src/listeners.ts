/** Who wants to be told something. */
export interface Listeners<Event> {
  /** Answers with the way to stop. */
  add(listener: (event: Event) => void): () => void;
  tell(event: Event): void;
}

export function createListeners<Event>(): Listeners<Event> {
  const entries = new Set<{ readonly listener: (event: Event) => void }>();
  return {
    add(listener) {
      // Told apart from the same function that listens twice.
      const entry = { listener };
      entries.add(entry);
      return () => void entries.delete(entry);
    },
    tell(event) {
      for (const { listener } of [...entries]) {
        try {
          listener(event);
        } catch (error) {
          // The app's to see; nothing of ours stops for it.
          globalThis.reportError?.(error);
        }
      }
    },
  };
}
