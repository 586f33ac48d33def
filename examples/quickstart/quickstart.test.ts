import { type AuthClient, AuthError, type AuthEvents } from "@holdfast/client";
import { describe, expect, it } from "vitest";
import { readSettings } from "./settings.ts";
import { observeCall } from "./web/app/api-call.ts";
import { holdTokens, remainingMs, untilDueMs } from "./web/app/held-token.ts";
import { keepJournal } from "./web/app/journal.ts";
import { parseChallenge } from "./web/app/reading/challenge.ts";
import { abbreviate, decodeToken } from "./web/app/reading/token.ts";
import { createWire, lastTo } from "./web/app/wire.ts";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("decodeToken", () => {
  it("reads header and claims, letters beyond ASCII included", () => {
    const decoded = decodeToken(`${encode({ alg: "ES256" })}.${encode({ sub: "Zoë ✓" })}.${"A".repeat(86)}`);
    expect(decoded?.header).toEqual({ alg: "ES256" });
    expect(decoded?.claims).toEqual({ sub: "Zoë ✓" });
    expect(decoded?.signatureBytes).toBe(64);
  });

  it.each([
    ["nothing", ""],
    ["two parts", "e30.e30"],
    ["four parts", "e30.e30.AA.AA"],
    ["a part that is not base64url", "e30.e3+0.AA"],
    ["a part that is not JSON", "e30.bm90IGpzb24.AA"],
    ["claims that are a list", "e30.W10.AA"],
    ["claims that are null", "e30.bnVsbA.AA"],
    ["claims that are not UTF-8", "e30.gICA.AA"],
  ])("finds nothing in %s", (_, jwt) => {
    expect(decodeToken(jwt)).toBeNull();
  });

  it("abbreviates to both ends, so that two tokens can be told apart", () => {
    expect(abbreviate(`${"a".repeat(20)}${"b".repeat(20)}`)).toBe("aaaaaaaaaaaa…bbbbbbbb");
    expect(abbreviate("short")).toBe("short");
  });
});

describe("the countdown", () => {
  const at = (wall: number, monotonic: number) => ({ wall, monotonic });
  const minute = 60_000;
  const token = { born: at(0, 0), lifetimeMs: 15 * minute };

  it.each([
    ["both clocks agree", at(minute, minute), 14 * minute],
    ["the monotonic clock stopped while the computer slept", at(8 * minute, 10), 7 * minute],
    ["the wall clock was set back", at(-60 * minute, minute), 14 * minute],
    ["both went back, which cannot be", at(-5, -5), 15 * minute],
    ["the end is long past", at(60 * minute, 60 * minute), 0],
  ])("counts the longer of two clocks: %s", (_, now, expected) => {
    expect(remainingMs(token, now)).toBe(expected);
  });

  it("says when the next refresh is due, and stops at zero", () => {
    expect(untilDueMs(token, at(10 * minute, 10 * minute))).toBe(1.25 * minute);
    expect(untilDueMs(token, at(12 * minute, 12 * minute))).toBe(0);
  });
});

describe("holdTokens", () => {
  const minute = 60_000;
  const issued = 1_800_000_000;
  const jwt = `${encode({ alg: "ES256" })}.${encode({ iat: issued, exp: issued + 900 })}.AA`;

  async function holdOne(from: "server" | "tab", wall: number) {
    let tell: (event: { sid: string; generation: number; from: "server" | "tab" }) => void = () => {};
    const on = ((_name: string, listener: typeof tell) => {
      tell = listener;
      return () => {};
    }) as AuthClient["on"];
    const held = holdTokens({ on, getToken: async () => jwt }, () => ({ wall, monotonic: 5_000_000 }));
    tell({ sid: "s1", generation: 3, from });
    await new Promise(setImmediate);
    return held.get();
  }

  it.each([
    ["from the server: new, whatever the clock here says", "server", issued * 1000 + 7 * minute, 0],
    ["from a tab that has had it for two minutes", "tab", issued * 1000 + 2 * minute, 2 * minute],
    ["from a tab, the clock here an hour behind", "tab", issued * 1000 - 60 * minute, 0],
    ["from a tab, the clock here an hour ahead", "tab", issued * 1000 + 60 * minute, 15 * minute],
  ] as const)("knows how old a token is: %s", async (_, from, wall, age) => {
    const held = await holdOne(from, wall);
    expect(held).toMatchObject({ jwt, sid: "s1", generation: 3, lifetimeMs: 15 * minute });
    expect(held?.born).toEqual({ wall: wall - age, monotonic: 5_000_000 - age });
  });
});

describe("keepJournal", () => {
  function keep() {
    const listeners = new Map<string, (event: never) => void>();
    const on = ((name: string, listener: (event: never) => void) => {
      listeners.set(name, listener);
      return () => {};
    }) as AuthClient["on"];
    const kept = keepJournal({ client: { on }, now: () => 1000, refreshTook: () => 42 });
    const tell = (name: keyof AuthEvents, event: unknown) => listeners.get(name)?.(event as never);
    const token = (generation: number, from = "server", sid = "s1") => tell("token", { sid, generation, from });
    return { ...kept, tell, token, entries: () => kept.journal.get().entries };
  }

  it("says why a token came, and that one from another tab cost no request", () => {
    const { token, expect: expectCause, entries } = keep();
    token(1);
    token(2);
    expectCause("because you asked");
    token(3);
    token(4, "tab");
    expect(entries().map(({ badge, text, tookMs }) => [badge, text, tookMs])).toEqual([
      ["generation 4", "From another tab: no request was made", null],
      ["generation 3", "A new token, because you asked", 42],
      ["generation 2", "A new token, by itself", 42],
      ["generation 1", "A new token, when this page opened", 42],
    ]);
  });

  it("counts renewals of one session, from its first token", () => {
    const { token, journal } = keep();
    const renewals = [1, 2, 3].map((generation) => {
      token(generation);
      return journal.get().renewals;
    });
    token(1, "server", "s2");
    expect([...renewals, journal.get().renewals]).toEqual([0, 1, 2, 0]);
  });

  it("has trouble until the next token, and an ending until the next session", () => {
    const { tell, token, journal } = keep();
    const trouble = new AuthError("network_error", "No answer.", { kind: "transient" });
    tell("trouble", trouble);
    tell("trouble", trouble);
    expect(journal.get()).toMatchObject({ trouble, entries: [{ badge: "network_error", times: 2 }] });
    token(1);
    expect(journal.get().trouble).toBeNull();
    tell("ended", { sid: "s1", reason: "signed_out", by: "tab" });
    expect(journal.get()).toMatchObject({ trouble: null, ending: { reason: "signed_out", by: "tab", at: 1000 } });
    token(1, "server", "s2");
    expect(journal.get().ending).toBeNull();
  });
});

describe("the wire", () => {
  const url = "https://id.example.com/refresh";

  it("shows a request while it is under way, and its answer", async () => {
    let time = 0;
    const { promise, resolve } = Promise.withResolvers<Response>();
    const { fetch, exchanges } = createWire(
      () => promise,
      () => time,
    );
    const answered = fetch(url, { method: "POST", headers: { "Idempotency-Key": "k" } });
    expect(exchanges.get()).toMatchObject([
      { method: "POST", url, requestHeaders: { "idempotency-key": "k" }, answer: "pending" },
    ]);
    time = 30;
    const response = new Response("{}", { status: 401, headers: { "Retry-After": "7" } });
    resolve(response);
    expect(await answered).toBe(response);
    expect(lastTo(exchanges.get(), url)?.answer).toMatchObject({ status: 401, tookMs: 30 });
    expect(response.bodyUsed).toBe(false);
  });

  it("shows that an answer was lost, and passes the error on", async () => {
    const failure = new TypeError("Failed to fetch");
    const { fetch, exchanges } = createWire(
      () => Promise.reject(failure),
      () => 0,
    );
    await expect(fetch(url)).rejects.toBe(failure);
    expect(exchanges.get()[0]?.answer).toBe("lost");
  });

  it("keeps no more than is shown", async () => {
    const { fetch, exchanges } = createWire(
      async () => new Response(),
      () => 0,
    );
    for (let request = 0; request < 100; request++) await fetch(url);
    expect(exchanges.get()).toHaveLength(24);
    expect(exchanges.get().at(-1)?.id).toBe(100);
  });
});

describe("observeCall", () => {
  const url = "https://api.example.com/hello";
  // A `Response` that is made by hand has no address.
  const answer = (status: number, body = "{}") =>
    Object.defineProperty(new Response(body, { status }), "url", { value: url });

  it("says when the answer is that of a second try", async () => {
    const answers = [answer(401), answer(200, '{"message":"Hello"}')];
    const wire = createWire(
      async () => answers.shift() as Response,
      () => 0,
    );
    const outcome = await observeCall(wire, async () => {
      await wire.fetch(url);
      return wire.fetch(url);
    });
    expect(outcome).toMatchObject({
      ...{ type: "answered", isRetried: true, body: { message: "Hello" } },
      exchange: { answer: { status: 200 } },
    });
  });

  it("counts no earlier call as a try", async () => {
    const wire = createWire(
      async () => answer(200),
      () => 0,
    );
    await wire.fetch(url);
    expect(await observeCall(wire, () => wire.fetch(url))).toMatchObject({ type: "answered", isRetried: false });
  });

  it.each([
    ["the network", new TypeError("Failed to fetch"), "unreachable"],
    [
      "the client, which has no token",
      new AuthError("request_aborted", "Given up.", { kind: "transient" }),
      "no_token",
    ],
  ])("tells what failed: %s", async (_, error, type) => {
    const wire = createWire(
      () => Promise.reject(error),
      () => 0,
    );
    expect(await observeCall(wire, () => wire.fetch(url))).toEqual({ type });
  });
});

describe("parseChallenge", () => {
  it.each([
    ["Bearer", "Bearer", []],
    ['Bearer realm="api"', "Bearer", [["realm", "api"]]],
    [
      'Bearer error="invalid_token", error_description="Ended, by \\"sign-out\\".", max_age=5',
      "Bearer",
      [
        ["error", "invalid_token"],
        ["error_description", 'Ended, by "sign-out".'],
        ["max_age", "5"],
      ],
    ],
    ["", "", []],
  ])("reads %s", (header, scheme, parameters) => {
    expect(parseChallenge(header)).toEqual({ scheme, parameters });
  });
});

describe("readSettings", () => {
  it("has defaults for everything", () => {
    expect(readSettings({})).toEqual({
      issuer: "http://localhost:4000",
      webPort: 4002,
      apiPort: 4003,
      clientId: "quickstart",
      audience: "http://localhost:4003",
    });
  });

  it("names every problem at once", () => {
    const wrong = { HOLDFAST_ISSUER: "http://localhost:4000/", WEB_PORT: "http", API_PORT: "70000" };
    expect(() => readSettings(wrong)).toThrow(/HOLDFAST_ISSUER.*WEB_PORT.*API_PORT/s);
  });
});
