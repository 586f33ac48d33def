import type { VerifierEvent } from "../src/events.ts";
import type { Verifier } from "../src/verifier.ts";

/** Listens to a verifier, so that a test can wait for what happens instead of sleeping. */
export interface EventLog {
  /** Listens to that verifier, and hands it back. */
  of(verifier: Verifier): Verifier;
  readonly events: readonly VerifierEvent[];
  /** The next event of the type that was not waited for yet. */
  next<Type extends VerifierEvent["type"]>(type: Type): Promise<Extract<VerifierEvent, { type: Type }>>;
}

export function createEventLog(): EventLog {
  const events: VerifierEvent[] = [];
  const unread: VerifierEvent[] = [];
  const waiting: { readonly type: VerifierEvent["type"]; readonly resolve: (event: VerifierEvent) => void }[] = [];

  function hear(event: VerifierEvent): void {
    events.push(event);
    const index = waiting.findIndex(({ type }) => type === event.type);
    if (index < 0) unread.push(event);
    else waiting.splice(index, 1)[0]?.resolve(event);
  }

  return {
    events,
    of(verifier) {
      verifier.on("*", hear);
      return verifier;
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
