import { describe, expect, it } from "vitest";
import {
  answered,
  cookieSecret,
  cookieWith,
  createTestHoldfast,
  idOf,
  refused,
  sessionOf,
  startedAt,
} from "../../testing/test-holdfast.ts";
import { applyWrites } from "../cookies/cookie-header.ts";

const minute = 60_000;
/** Past 75 % of a token of 15 minutes, and past its end. */
const whenDue = 12 * minute;
const whenOver = 15 * minute;

async function setUp() {
  const holdfast = createTestHoldfast();
  holdfast.answer("/refresh", answered({ generation: 2, issuedAt: startedAt + whenOver }));
  return { ...holdfast, sessions: holdfast.kit.sessions, cookie: await cookieWith(holdfast.kit, sessionOf()) };
}

describe("a session", () => {
  it("is left alone while its token is young", async () => {
    const { sessions, cookie, advance, asked } = await setUp();
    advance(whenDue - minute);
    expect(await sessions.resume(cookie)).toMatchObject({ standing: { status: "active" }, writes: [] });
    expect(asked).toHaveLength(0);
  });

  it("is renewed at three quarters of its token's life", async () => {
    const { sessions, cookie, advance } = await setUp();
    advance(whenDue);
    const { standing, writes } = await sessions.resume(cookie);
    expect(standing).toMatchObject({ status: "active", session: { generation: 2 } });
    expect(await sessions.look(applyWrites(cookie, writes))).toMatchObject({ session: { generation: 2 } });
  });

  it("is judged by Holdfast's clock, once that is known", async () => {
    const { sessions, cookie, advance, answer, kit, count } = await setUp();
    // This machine runs ahead by twenty minutes.
    advance(20 * minute);
    answer("/refresh", answered({ generation: 2, issuedAt: startedAt }));
    await sessions.resume(cookie);
    const other = await cookieWith(kit, sessionOf({ grant: 2 }));
    expect(await sessions.resume(other)).toMatchObject({ standing: { status: "active" }, writes: [] });
    expect(count("/refresh")).toBe(1);
  });

  it("is not renewed where no cookie can be written", async () => {
    const { sessions, cookie, advance, asked } = await setUp();
    advance(whenDue);
    expect(await sessions.look(cookie)).toMatchObject({ status: "degraded" });
    advance(whenOver);
    expect(await sessions.look(cookie)).toMatchObject({ status: "stale" });
    expect(asked).toHaveLength(0);
  });

  it("is renewed once, by however many ask at once and shortly after", async () => {
    const { sessions, cookie, advance, answer, count } = await setUp();
    const arrival = Promise.withResolvers<void>();
    answer("/refresh", async (asked) => {
      await arrival.promise;
      return answered({ generation: 2, issuedAt: startedAt + whenOver })(asked);
    });
    advance(whenOver);
    const asking = Array.from({ length: 20 }, () => sessions.resume(cookie));
    // As much work as theirs: they all have read their cookies by then.
    await Promise.all(Array.from({ length: 20 }, () => sessions.look(cookie)));
    arrival.resolve();
    const all = [...(await Promise.all(asking)), await sessions.resume(cookie)];
    expect(count("/refresh")).toBe(1);
    const keys = all.map(({ standing }) => ("session" in standing ? standing.session.attemptKey : ""));
    expect(new Set(keys)).toHaveLength(1);
  });

  it("repeats one attempt from whatever process its cookie comes to, whenever", async () => {
    const { sessions, cookie, advance, asked, another } = await setUp();
    advance(whenOver);
    await sessions.resume(cookie);
    advance(72 * 60 * minute);
    await another().sessions.resume(cookie);
    const [first, second] = asked.map(({ headers }) => headers.get("idempotency-key"));
    expect(first).toMatch(/^[\w-]{24}$/);
    expect(second).toBe(first);
  });

  it("goes on with another attempt's key from each cookie that was written for a generation", async () => {
    const { sessions, cookie, advance, another } = await setUp();
    advance(whenOver);
    const results = [await sessions.resume(cookie), await another().sessions.resume(cookie)];
    const keys = results.map(({ standing }) => ("session" in standing ? standing.session.attemptKey : ""));
    expect(new Set(keys)).toHaveLength(2);
  });

  it("is read under a secret that was replaced, and written under the new one", async () => {
    const { cookie, advance, another } = await setUp();
    const renamed = "a new secret of the tests, which has 32 bytes";
    const rotated = another({ cookieSecret: [renamed, cookieSecret] });
    advance(whenOver);
    const { writes } = await rotated.sessions.resume(cookie);
    const later = another({ cookieSecret: renamed });
    expect(await later.sessions.look(applyWrites("", writes))).toMatchObject({ session: { generation: 2 } });
    expect(await later.sessions.look(cookie)).toEqual({ status: "anonymous" });
  });
});

describe("trouble", () => {
  it.each<[string, number, string]>([
    ["a usable token", whenDue, "degraded"],
    ["none", whenOver, "stale"],
  ])("with %s keeps the cookie", async (_case, age, status) => {
    const { sessions, cookie, advance, answer } = await setUp();
    answer("/refresh", refused("temporarily_unavailable", { status: 503, headers: { "retry-after": "7" } }));
    advance(age);
    expect(await sessions.resume(cookie)).toMatchObject({ standing: { status }, writes: [], retryInMs: 7_000 });
  });

  it("is not asked about again before its time, by whomever", async () => {
    const { sessions, kit, cookie, advance, answer, count } = await setUp();
    const other = await cookieWith(kit, sessionOf({ grant: 2 }));
    answer("/refresh", refused("rate_limited", { status: 429, headers: { "retry-after": "120" } }));
    advance(whenOver);
    await sessions.resume(cookie);
    advance(119_000);
    expect(await sessions.resume(other)).toMatchObject({ standing: { status: "stale" }, retryInMs: 1_000 });
    expect(count("/refresh")).toBe(1);
    advance(1_000);
    answer("/refresh", answered({ generation: 2, issuedAt: startedAt + whenOver + 120_000 }));
    expect(await sessions.resume(cookie)).toMatchObject({ standing: { status: "active" }, retryInMs: null });
  });

  it("is asked about less and less often", async () => {
    const { sessions, cookie, advance, answer } = await setUp();
    answer("/refresh", () => Promise.reject(new TypeError("fetch failed")));
    advance(whenOver);
    const pauses: (number | null)[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const { retryInMs } = await sessions.resume(cookie);
      pauses.push(retryInMs);
      advance(retryInMs ?? 0);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it("that is the app's own mistake is told loudly", async () => {
    const { sessions, cookie, advance, answer, events } = await setUp();
    answer("/refresh", refused("client_authentication_failed", { status: 401 }));
    advance(whenOver);
    expect(await sessions.resume(cookie)).toMatchObject({
      standing: { status: "stale" },
      writes: [],
      retryInMs: 30_000,
    });
    expect(events).toContainEqual(
      expect.objectContaining({ type: "config_error", code: "client_authentication_failed" }),
    );
  });

  it("of an answer for another grant is none of this browser's", async () => {
    const { sessions, cookie, advance, answer } = await setUp();
    answer("/refresh", answered({ grant: 2, issuedAt: startedAt + whenOver }));
    advance(whenOver);
    expect(await sessions.resume(cookie)).toMatchObject({ standing: { status: "stale" }, writes: [] });
  });
});

describe("the end of a session", () => {
  it("is remembered with its reason, and outweighs what comes late", async () => {
    const { sessions, cookie, advance, answer, events } = await setUp();
    answer("/refresh", refused("session_revoked"));
    advance(whenOver);
    const { standing, writes } = await sessions.resume(cookie);
    expect(standing).toEqual({ status: "ended", sid: idOf(80), reason: "session_revoked" });
    expect(events).toContainEqual({ type: "session_ended", sid: idOf(80), reason: "session_revoked" });
    const after = applyWrites(cookie, writes);
    expect(await sessions.look(after)).toEqual(standing);
    expect(await sessions.look(`${cookie}; ${after}`)).toEqual(standing);
  });

  it("by the person is told to Holdfast", async () => {
    const { sessions, cookie, answer, asked } = await setUp();
    answer("/revoke", () => new Response(null, { status: 200 }));
    const { writes, isTold } = await sessions.signOut(cookie, null);
    expect(isTold).toBe(true);
    expect(asked.at(-1)?.form.get("token")).toBe("hf_rt_1_1");
    expect(await sessions.look(applyWrites(cookie, writes))).toMatchObject({ status: "ended", reason: "signed_out" });
  });

  it("by the person is told later where Holdfast is away, and then no more", async () => {
    const { sessions, cookie, answer, count, advance } = await setUp();
    const out = await sessions.signOut(cookie, null);
    expect(out.isTold).toBe(false);
    const after = applyWrites(cookie, out.writes);
    advance(minute);
    expect((await sessions.resume(after)).writes).toEqual([]);
    answer("/revoke", () => new Response(null, { status: 200 }));
    advance(minute);
    const told = applyWrites(after, (await sessions.resume(after)).writes);
    const asked = count("/revoke");
    expect((await sessions.resume(told)).writes).toEqual([]);
    expect(count("/revoke")).toBe(asked);
  });

  it("by the person is told at once, though Holdfast was away a moment ago", async () => {
    const { sessions, cookie, answer, advance } = await setUp();
    answer("/refresh", refused("rate_limited", { status: 429, headers: { "retry-after": "120" } }));
    answer("/revoke", () => new Response(null, { status: 200 }));
    advance(whenOver);
    await sessions.resume(cookie);
    expect((await sessions.signOut(cookie, null)).isTold).toBe(true);
  });

  it("of another session is not this one's", async () => {
    const { sessions, cookie, count } = await setUp();
    expect(await sessions.signOut(cookie, idOf(81))).toEqual({ writes: [], isTold: true });
    expect(count("/revoke")).toBe(0);
  });
});

describe("another account", () => {
  it("is asked for with the next generation", async () => {
    const { sessions, cookie, answer, asked } = await setUp();
    answer("/refresh", answered({ generation: 2, account: idOf(71) }));
    const { standing } = await sessions.resume(cookie, { account: idOf(71) });
    expect(standing).toMatchObject({ status: "active", session: { claims: { account: idOf(71) } } });
    expect(asked[0]?.form.get("account")).toBe(idOf(71));
  });

  it("that is not theirs leaves them where they are, and keeps nobody else waiting", async () => {
    const { sessions, cookie, answer, count } = await setUp();
    answer("/refresh", refused("account_forbidden", { status: 400 }));
    for (const _ of [1, 2]) {
      expect(await sessions.resume(cookie, { account: idOf(71) })).toMatchObject({
        standing: { session: { generation: 1 } },
        writes: [],
        declined: "account_forbidden",
      });
    }
    expect(count("/refresh")).toBe(2);
  });
});

describe("a browser without a session", () => {
  it.each(["", "theme=dark", "__Host-holdfast_next.web~1.000000000001.0=1.garbage"])(
    "is nobody, and costs nothing: %s",
    async (cookie) => {
      const { sessions, asked } = await setUp();
      expect(await sessions.resume(cookie)).toEqual({ standing: { status: "anonymous" }, writes: [], retryInMs: null });
      expect(asked).toHaveLength(0);
    },
  );

  it("tells of a cookie that cannot be read, and keeps it: another process may have its secret", async () => {
    const { sessions, events } = await setUp();
    await sessions.resume("__Host-holdfast_next.web~1.000000000001.0=1.garbage");
    expect(events).toEqual([{ type: "cookie_unreadable", cookies: 1 }]);
  });
});
