import type { MessageTold } from "../events/index.ts";
import type { DeliveryHistory } from "./history-store.ts";

/** What is told of a message on a timeline. */
export function toTelling(
  history: DeliveryHistory,
  about: Pick<MessageTold, "channel" | "receiver" | "eventIds">,
): MessageTold {
  const { takenAt, at, attempts, status, error, nextAttemptAt } = history;
  return {
    ...about,
    state: stateOf(history),
    at: takenAt ?? at,
    ...{ attempts, status, error },
    nextAttemptAt: takenAt ? null : nextAttemptAt,
  };
}

function stateOf({ takenAt, state, isDisabled }: DeliveryHistory): MessageTold["state"] {
  // Also one that is being sent anew: it had been told.
  if (takenAt) return "told";
  if (state === "failed") return "given_up";
  return isDisabled ? "stopped" : "waiting";
}
