/** Just enough of a browser to log in without one: cookies with paths, redirects, and forms. */
export interface HeadlessBrowser {
  /** Follows redirects to a page, or to the first address that starts with `until`, which is not requested. */
  open(url: string | URL, until: string, init?: RequestInit): Promise<Visit>;
  /** Submits the page's form whose address ends with `action`. */
  submit(page: Visit, action: string, fields: Record<string, string>, until: string): Promise<Visit>;
}

export interface Visit {
  readonly url: URL;
  /** Empty at `until`. */
  readonly html: string;
  readonly status: number;
}

export function createHeadlessBrowser(): HeadlessBrowser {
  const cookies = new Map<string, { readonly pair: string; readonly path: string }>();

  function remember(response: Response) {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split("; ");
      const path = /; path=([^;]+)/i.exec(line)?.[1] ?? "/";
      // oidc-provider removes a cookie by setting it to nothing.
      if (pair.endsWith("=")) cookies.delete(`${pair.split("=")[0]} ${path}`);
      else cookies.set(`${pair.split("=")[0]} ${path}`, { pair, path });
    }
  }

  async function open(start: string | URL, until: string, init?: RequestInit): Promise<Visit> {
    let url = new URL(start);
    let next = init;
    for (let hops = 0; hops < 10; hops++) {
      if (url.href.startsWith(until)) return { url, html: "", status: 0 };
      const fitting = [...cookies.values()].filter(({ path }) => url.pathname.startsWith(path));
      const headers = { Accept: "text/html", Cookie: fitting.map(({ pair }) => pair).join("; ") };
      const response = await fetch(url, { ...next, headers, redirect: "manual" });
      remember(response);
      const html = await response.text();
      const location = response.headers.get("Location");
      if (!location) return { url, html, status: response.status };
      url = new URL(location, url);
      next = undefined;
    }
    throw new Error(`too many redirects, the last to ${url}`);
  }

  return {
    open,
    async submit(page, action, fields, until) {
      const actions = [...page.html.matchAll(/<form method="post" action="([^"]+)"/g)].map(
        ([, address = ""]) => address,
      );
      const address = actions.find((each) => each.endsWith(action));
      if (!address) throw new Error(`no form for ${action} at ${page.url}: ${page.html}`);
      return open(new URL(address, page.url), until, { method: "POST", body: new URLSearchParams(fields) });
    },
  };
}
