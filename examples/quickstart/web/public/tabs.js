// @ts-check
/** What the tabs of this app tell each other. Hints, to save time and traffic; the server's answers are the truth. */

/**
 * @typedef {{ type: "token", sid: string, generation: number }} TokenMessage a tab has refreshed
 * @typedef {{ type: "ended", sid: string, reason: string }} EndedMessage a tab knows that the session is over
 * @typedef {TokenMessage | EndedMessage} TabMessage
 */

/** Longer than a refresh takes, shorter than a person's patience. */
const LOCK_WAIT_MS = 4_000;

/** @param {string} name */
export function createTabs(name) {
  const channel = new BroadcastChannel(name);

  return {
    /** @param {TabMessage} message */
    tell(message) {
      channel.postMessage(message);
    },

    /** @param {(message: TabMessage) => void} listener */
    listen(listener) {
      channel.addEventListener("message", (event) => listener(event.data));
    },

    /**
     * Lets one tab refresh at a time, when that can be had. A tab that sleeps while it holds the lock must not stop the
     * others, so after a while the work is done without it: the server copes with two at once.
     * @template T
     * @param {() => Promise<T>} work
     * @returns {Promise<T>}
     */
    async oneAtATime(work) {
      if (navigator.locks === undefined) return work();
      let begun = false;
      const begin = () => {
        begun = true;
        return work();
      };
      try {
        return await navigator.locks.request(name, { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, begin);
      } catch (error) {
        if (begun) throw error;
        return work();
      }
    },
  };
}
