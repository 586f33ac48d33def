import type { TabNavigation } from "@holdfast/client";

const parts = ["href", "origin", "protocol", "host", "hostname", "port", "pathname", "search", "hash"] as const;

/** `window.location`. */
export function createLocation({ href, assign }: TabNavigation, reload: () => void): object {
  const location = { assign, replace: assign, reload, toString: href };
  for (const part of parts)
    Object.defineProperty(location, part, { get: () => new URL(href())[part], enumerable: true });
  return location;
}

/** `window.history`: the address may change, nothing is loaded. */
export function createHistory({ replace }: TabNavigation): object {
  const change = (_state: unknown, _title: string, url?: string | URL) => {
    if (url !== undefined) replace(String(url));
  };
  return { state: null, replaceState: change, pushState: change };
}
