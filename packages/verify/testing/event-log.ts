import type { VerifierEvent } from "../src/events.ts";

/** Listens to a verifier, so that a test can wait for what happens instead of sleeping. */
export interface EventLog {
  readonly onEvent: (event: VerifierEvent) => void;
  readonly events: readonly VerifierEvent[];
  /** The next event of the type that was not waited for yet. */
  next<Type extends VerifierEvent["type"]>(type: Type): Promise<Extract<VerifierEvent, { type: Type }>>;
}

export function createEventLog(): EventLog {
  const events: VerifierEvent[] = [];
  const unread: VerifierEvent[] = [];
  const waiting: { readonly type: VerifierEvent["type"]; readonly resolve: (event: VerifierEvent) => void }[] = [];
  return {
    events,
    onEvent(event) {
      events.push(event);
      const index = waiting.findIndex(({ type }) => type === event.type);
      if (index < 0) unread.push(event);
      else waiting.splice(index, 1)[0]?.resolve(event);
    },
    next<Type extends VerifierEvent["type"]>(type: Type) {
      const index = unread.findIndex((event) => event.type === type);
      const promise =
        index < 0
          ? new Promise<VerifierEvent>((resolve) => waiting.push({ type, resolve }))
          : Promise.resolve(unread.splice(index, 1)[0]);
      return promise as Promise<Extract<VerifierEvent, { type: Type }>>;
    },
  };
}
