/**
 * A browser's cookies for one host, as plain text: a test decides which answer reaches the browser, and when. `fetch`
 * follows no redirect.
 */
export interface CookieJar {
  readonly header: string;
  readonly names: readonly string[];
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  /** Takes in what an answer sets. */
  apply(response: Response): void;
  /** Sends a request with the cookies of this moment; the answer's are not taken in. */
  send(url: string, init?: RequestInit): Promise<Response>;
  /** Sends a request, and takes in what the answer sets. */
  fetch(url: string, init?: RequestInit): Promise<Response>;
}

export function createCookieJar(cookies: ReadonlyMap<string, string> = new Map()): CookieJar {
  const kept = new Map(cookies);
  const jar: CookieJar = {
    get header() {
      return [...kept].map(([name, value]) => `${name}=${value}`).join("; ");
    },
    get names() {
      return [...kept.keys()];
    },
    get: (name) => kept.get(name),
    set: (name, value) => void kept.set(name, value),
    apply(response) {
      for (const line of response.headers.getSetCookie()) {
        const [pair = ""] = line.split(";");
        const name = pair.slice(0, pair.indexOf("="));
        if (/;\s*max-age=0(;|$)/i.test(line)) kept.delete(name);
        else kept.set(name, pair.slice(name.length + 1));
      }
    },
    send(url, init = {}) {
      const headers = new Headers(init.headers);
      headers.set("cookie", jar.header);
      if (!headers.has("accept")) headers.set("accept", "text/html");
      return fetch(url, { ...init, headers, redirect: "manual" });
    },
    async fetch(url, init) {
      const response = await jar.send(url, init);
      jar.apply(response);
      return response;
    },
  };
  return jar;
}
