import { describe, expect, it } from "vitest";
import { createNotTokenFetch } from "./not-token-fetch.ts";
import { untilSessionIsOver } from "./session-over.ts";

const tokenUrl = "https://app.example.com/auth/refresh";

describe("a page that asks for tokens", () => {
  function setUp(...answers: (() => Response)[]) {
    const sent: (string | null)[] = [];
    const fetch = createNotTokenFetch(async (_input, init) => {
      sent.push(new Headers(init?.headers).get("holdfast-not-token"));
      return answers.shift()?.() ?? new Response();
    }, tokenUrl);
    return { fetch, sent };
  }
  const token = (text: string) => () => Response.json({ access_token: text });

  it("says which it got last, to the app's server only", async () => {
    const { fetch, sent } = setUp(token("header.payload.signature-of-the-first"), token("x"), token("y"));
    const first = await fetch(tokenUrl, { method: "POST" });
    expect((await first.json()).access_token).toContain("first");
    await fetch("https://api.example.com/orders");
    await fetch(tokenUrl, { method: "POST" });
    expect(sent).toEqual([null, null, "ure-of-the-first"]);
  });

  it("remembers it through answers that hold none", async () => {
    const portal = () => new Response("<h1>Hello</h1>");
    const refusal = () => Response.json({ access_token: "no" }, { status: 503 });
    const { fetch, sent } = setUp(token("a-token-of-16-characters-and-more"), portal, refusal);
    for (let each = 0; each < 4; each += 1) await fetch(tokenUrl);
    expect(sent).toEqual([null, ...Array(3).fill("a-token-of-16-characters-and-more".slice(-16))]);
  });
});

describe("a page whose session is over", () => {
  /** What the app's server says in turn; then 200 for ever. */
  function asking(...statuses: (number | "lost")[]) {
    const pauses: number[] = [];
    const fetch = async () => {
      const status = statuses.shift() ?? 200;
      if (status === "lost") throw new TypeError("fetch failed");
      return new Response(null, { status });
    };
    return { pauses, deps: { fetch, pause: async (ms: number) => void pauses.push(ms) } };
  }

  it("waits until the server knows it too", async () => {
    const { pauses, deps } = asking(200, "lost", 401);
    await untilSessionIsOver("/auth/session", new AbortController().signal, deps);
    expect(pauses).toEqual([200, 400]);
  });

  it("waits for it no longer than a quarter of a minute", async () => {
    const { pauses, deps } = asking();
    await untilSessionIsOver("/auth/session", new AbortController().signal, deps);
    expect(pauses.reduce((sum, each) => sum + each, 0)).toBeLessThan(15_000);
  });

  it("stops when the page goes", async () => {
    const { deps } = asking();
    const waiting = untilSessionIsOver("/auth/session", AbortSignal.abort(new Error("gone")), deps);
    await expect(waiting).rejects.toThrow("gone");
  });
});
