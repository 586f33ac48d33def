import type { Browser } from "./browser.ts";
import type { VirtualTab } from "./virtual-tabs.ts";
import type { WorldSettings } from "./world-options.ts";

/** Pages elsewhere that a person visits with the browser: redirects are followed, cookies kept. */
export interface Visits {
  /** Signs in as a person does: the client leaves for the sign-in page, and the app is loaded anew. */
  signIn(tab: VirtualTab): Promise<void>;
}

export interface VisitsDeps {
  readonly browser: Browser;
  readonly settings: WorldSettings;
  readonly serve: (request: Request) => Promise<Response>;
}

const mostRedirects = 10;

export function createVisits({ browser, settings, serve }: VisitsDeps): Visits {
  const { jar, scheduler, trace } = browser;

  async function visit(address: string): Promise<string> {
    let url = new URL(address);
    for (let hop = 0; hop < mostRedirects && url.origin !== settings.app; hop++) {
      const cookie = jar.headerFor(url, { from: null });
      const served = serve(new Request(url, cookie === null ? {} : { headers: { cookie } }));
      scheduler.hold(served);
      const response = await served;
      jar.take(url, response.headers.getSetCookie(), { from: null });
      const location = response.headers.get("location");
      if (location === null) throw new Error(`${url.pathname} answered ${response.status}, and sends nobody on`);
      url = new URL(location, url);
    }
    return url.href;
  }

  return {
    async signIn(tab) {
      const left = tab.expectNavigation();
      tab.client.signIn().catch((error: unknown) => trace.add(tab.name, `signIn failed: ${String(error)}`));
      tab.reopen(await visit(await left));
    },
  };
}
