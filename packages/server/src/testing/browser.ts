/**
 * As much of a browser as a sign-in needs: cookies with paths, redirects followed one at a time, forms submitted.
 * Without script, so whatever works here works with JavaScript turned off.
 */
export interface TestBrowser {
  /** One request; redirects are not followed. */
  request(url: string | URL, init?: RequestInit): Promise<Response>;
  /** Follows redirects until a page, or until one leads to `until`, which is not requested. */
  open(url: string | URL, until?: string, init?: RequestInit): Promise<Visit>;
  /** Submits the page's form with one of its buttons, as a click would. */
  submit(page: Visit, fields: Record<string, string>, until?: string): Promise<Visit>;
  /** The cookies that a request to this address would carry. */
  cookieHeader(url: string | URL): string;
  readonly cookieNames: readonly string[];
}

/** Where the browser stopped. */
export interface Visit {
  readonly url: URL;
  /** Absent where it stopped before requesting `until`. */
  readonly response: Response | undefined;
  readonly html: string;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

const maximumRedirects = 20;

export function createTestBrowser(): TestBrowser {
  const cookies = new Map<string, Cookie>();

  function cookieHeader(url: string | URL): string {
    const { pathname } = new URL(url);
    const fitting = [...cookies.values()].filter(({ path }) => pathname.startsWith(path));
    return fitting.map(({ name, value }) => `${name}=${value}`).join("; ");
  }

  async function request(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Accept", "text/html");
    headers.set("Cookie", cookieHeader(url));
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) keepCookie(cookies, line);
    return response;
  }

  async function open(start: string | URL, until = "none:", init?: RequestInit): Promise<Visit> {
    let url = new URL(start);
    let next = init;
    for (let hops = 0; hops < maximumRedirects; hops++) {
      if (url.href.startsWith(until)) return { url, response: undefined, html: "" };
      const response = await request(url, next);
      const location = response.headers.get("Location");
      if (!location) return { url, response, html: await response.text() };
      await response.body?.cancel();
      url = new URL(location, url);
      next = undefined;
    }
    throw new Error(`more than ${maximumRedirects} redirects, the last to ${url}`);
  }

  async function submit(page: Visit, fields: Record<string, string>, until?: string): Promise<Visit> {
    const action = /<form[^>]* action="([^"]+)"/.exec(page.html)?.[1];
    if (!action) throw new Error(`no form at ${page.url}`);
    const hidden = page.html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
    const body = new URLSearchParams([...hidden].map(([, name = "", value = ""]) => [name, value]));
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return open(new URL(action, page.url), until, { method: "POST", body });
  }

  return {
    request,
    open,
    submit,
    cookieHeader,
    get cookieNames() {
      return [...cookies.values()].map(({ name }) => name);
    },
  };
}

function keepCookie(cookies: Map<string, Cookie>, line: string): void {
  const [pair = "", ...attributes] = line.split("; ");
  const [name = "", value = ""] = pair.split("=");
  const attribute = (wanted: string) =>
    attributes.find((text) => text.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
  const path = attribute("path") ?? "/";
  const expires = attribute("expires");
  if (expires && Date.parse(expires) <= Date.now()) cookies.delete(`${name} ${path}`);
  else cookies.set(`${name} ${path}`, { name, value, path });
}
