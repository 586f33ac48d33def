import type { BrowserContext } from "playwright-core";
import { createSealer } from "../../packages/next/src/sealing/sealer.ts";
import type { CookieJar } from "./cookie-jar.ts";

/** The cookies of an app's sessions. */
export const sessionNames = (jar: CookieJar): string[] => jar.names.filter((name) => /~\d+\./.test(name));

export const generationsIn = (jar: CookieJar): number[] =>
  sessionNames(jar).map((name) => Number(/~(\d+)\./.exec(name)?.[1]));

/** What a page says, by its test ids. */
export async function readPage(response: Response): Promise<Record<string, string>> {
  const html = await response.text();
  return Object.fromEntries(
    [...html.matchAll(/data-testid="([^"]+)">([^<]*)</g)].map(([, id = "", text = ""]) => [id, text]),
  );
}

/** Asks for a page until its answer brings a new session: an app that had trouble pauses before it asks Holdfast again. */
export async function untilRefreshed(jar: CookieJar, url: string): Promise<Response> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; ) {
    const response = await jar.send(url);
    if (response.headers.getSetCookie().length > 0) {
      jar.apply(response);
      return response;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`no answer of ${url} brought a new session`);
}

/** Lets the access tokens in an app's cookies have run out, without waiting for it. */
export function createAging(cookieSecret: string) {
  const sealer = createSealer([cookieSecret]);

  async function aged(name: string, value: string): Promise<string> {
    const purpose = `session:${/^holdfast_next\.(\w+)~/.exec(name)?.[1]}`;
    const session = JSON.parse(String(await sealer.open(purpose, value.replace(/^1\./, ""))));
    const issuedAt = session.issuedAt - session.lifetimeMs;
    return `1.${await sealer.seal(purpose, JSON.stringify({ ...session, issuedAt }))}`;
  }

  return {
    async runOut(jar: CookieJar): Promise<void> {
      for (const name of sessionNames(jar)) jar.set(name, await aged(name, String(jar.get(name))));
    },
    async runOutIn(context: BrowserContext): Promise<void> {
      const cookies = (await context.cookies()).filter(({ name }) => /^holdfast_next\.\w+~\d/.test(name));
      if (cookies.length !== 1) throw new Error(`${cookies.length} sessions in this browser`);
      for (const { name, value, ...rest } of cookies) {
        await context.addCookies([{ name, ...rest, value: await aged(name, value) }]);
      }
    },
  };
}
