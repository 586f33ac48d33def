// @ts-check
/**
 * The key of the refresh that is under way, kept where it outlives this tab: if the answer is lost, or the tab is killed
 * between the server's answer and ours, the next try carries the same key and gets the same successor.
 * @param {string} name
 */
export function createAttemptKey(name) {
  /** @type {string | null} Only for browsers that block storage. */
  let inMemory = null;

  /** Written BEFORE the request is sent, or it would be of no use. */
  function begin() {
    const pending = read() ?? crypto.randomUUID();
    write(pending);
    return pending;
  }

  /**
   * Once the outcome is known. Another tab may have begun the next one meanwhile; its key stays.
   * @param {string} key
   */
  function finish(key) {
    if (read() === key) write(null);
  }

  function read() {
    if (inMemory !== null) return inMemory;
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  }

  /** @param {string | null} key */
  function write(key) {
    try {
      if (key === null) localStorage.removeItem(name);
      else localStorage.setItem(name, key);
      inMemory = null;
    } catch {
      // Storage is blocked or full: the key lives as long as the tab.
      inMemory = key;
    }
  }

  return { begin, finish };
}
