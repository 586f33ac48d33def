import { createListeners, type Listeners } from "../listeners.ts";

/** Tells whoever listens, by the event's name. */
export interface NamedListeners<Events> {
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void;
  tell<Name extends keyof Events>(name: Name, event: Events[Name]): void;
}

export function createNamedListeners<Events>(): NamedListeners<Events> {
  const byName = new Map<keyof Events, Listeners<never>>();
  return {
    on(name, listener) {
      const those = byName.get(name) ?? createListeners();
      byName.set(name, those);
      return those.add(listener);
    },
    tell: (name, event) => byName.get(name)?.tell(event as never),
  };
}
