import type { ClientEnv, KeyValueStorage, LifecycleEvent, TabChannel } from "./env.ts";

/** What the page offers; null for what it does not. Also in a worker, which has neither storage nor an address. */
export function browserEnv(): ClientEnv {
  const { document, history, location, navigator, crypto } = globalThis;
  const storage = keyValue(() => localStorage);

  function listen(names: string, tell: (event: PageEvent) => void, target: EventTarget | undefined): () => void {
    const each = (change: "addEventListener" | "removeEventListener") => {
      for (const name of names.split(" ")) target?.[change](name, tell as EventListener);
    };
    each("addEventListener");
    return () => each("removeEventListener");
  }
  const isVisible = () => document?.visibilityState !== "hidden";

  return {
    fetch: (input, init) => fetch(input, init),
    wallNow: () => Date.now(),
    monotonicNow: () => performance.now(),
    setTimer: (callback, delay) => setTimeout(callback, delay),
    clearTimer: (timer) => clearTimeout(timer as number),
    random: () => Math.random(),
    // `crypto.randomUUID` is for secure contexts only. 160 bits, in letters and digits.
    randomId: () => Array.from(crypto.getRandomValues(new Uint32Array(5)), (part) => part.toString(36)).join(""),
    locks: navigator?.locks ?? null,
    openChannel,
    storage: storage && {
      ...storage,
      listen: (tell) => listen("storage", ({ key, newValue }) => tell(key, newValue), globalThis.window),
    },
    sessionStorage: keyValue(() => sessionStorage),
    subtle: crypto?.subtle ?? null,
    lifecycle: {
      isOnline: () => navigator?.onLine !== false,
      isVisible,
      listen(tell) {
        const pass = ({ type, persisted }: PageEvent) => {
          if (type !== "pageshow" || persisted) tell(type as LifecycleEvent);
        };
        const stops = [
          listen("online offline pagehide pageshow", pass, globalThis.window),
          listen("freeze resume", pass, document),
          listen("visibilitychange", () => tell(isVisible() ? "visible" : "hidden"), document),
        ];
        return () => {
          for (const stop of stops) stop();
        };
      },
    },
    navigation: history
      ? {
          href: () => location.href,
          assign: (url) => location.assign(url),
          replace: (url) => history.replaceState(history.state, "", url),
        }
      : null,
  };
}

/** What the events that are listened to have beside their name. */
type PageEvent = Event & Pick<StorageEvent, "key" | "newValue"> & Pick<PageTransitionEvent, "persisted">;

function openChannel(name: string): TabChannel {
  const channel = new BroadcastChannel(name);
  return {
    post: (message) => channel.postMessage(message),
    listen: (listener) => {
      channel.onmessage = ({ data }) => listener(data);
    },
    close: () => channel.close(),
  };
}

/** Even to ask for it throws where it is blocked. */
function keyValue(open: () => Storage): KeyValueStorage | null {
  try {
    const storage = open();
    return {
      read: (key) => storage.getItem(key),
      write: (key, value) => storage.setItem(key, value),
      remove: (key) => storage.removeItem(key),
    };
  } catch {
    return null;
  }
}
