import { describe, expect, it } from "vitest";
import { createAttemptKeys } from "./attempt-key.ts";
import { createReadTokens } from "./classify.ts";
import { createClock } from "./clock.ts";
import { createCooldown } from "./cooldown.ts";
import type { Credential } from "./credential.ts";
import type { ClientEnv } from "./env.ts";
import type { Answer, ExchangeRequest } from "./exchange.ts";
import { createJsonStorage } from "./json-storage.ts";
import { createManualTimers } from "./manual-timers.testing.ts";
import { createRefresh, type RefreshRun, type Want } from "./refresh.ts";
import { createSession } from "./session.ts";
import { createSessionStore } from "./session-store.ts";
import { createStateStore } from "./state-store.ts";
import { createTabs } from "./tab-channel.ts";

type Reply = { readonly status?: number; readonly body: object; readonly headers?: Record<string, string> };

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const tokens = (generation: number, account?: string): Reply => ({
  body: {
    access_token: `x.${encode({ sub: "u1", grant_id: "g1", account })}.x`,
    token_type: "Bearer",
    expires_in: 900,
    sid: "s1",
    generation,
    refresh_token: `rt${generation}`,
    server_time_ms: 5_000_000,
  },
});
const refused = (reason: string): Reply => ({
  status: 400,
  body: { error: "invalid_grant", error_description: "No.", reason, retryable: false },
});

/** A client with generation 5 in hand. `replies` are called in turn, so that something can happen before each. */
function setUp(replies: (() => Reply)[], credential: Credential = { isInRecord: true }, want: Want = {}) {
  const config = { issuer: "https://x.example", clientId: "app", storage: "local", scope: "x" } as const;
  const env = { ...createManualTimers(), wallNow: () => 1000, monotonicNow: () => 0, random: () => 0.5 };
  const clientEnv = { ...env, locks: null } as unknown as ClientEnv;
  const clock = createClock(env);
  const shared = createJsonStorage(null, "x", () => {});
  const store = createSessionStore(shared);
  store.write({ sid: "s1", grant: "g1", generation: 5, refreshToken: "rt5" });
  const tabs = createTabs(null, "x", () => {});
  let ids = 0;
  const attempts = createAttemptKeys(shared, () => `key${++ids}`);
  const state = createStateStore();
  const nothing = () => {};
  const parts = { attempts, clock, config, credential, emit: nothing, env: clientEnv, state, store, tabs };
  const session = createSession({ ...parts, onChange: nothing, onDiscard: nothing });
  const sent: ExchangeRequest[] = [];
  const refresh = createRefresh({
    ...parts,
    cooldown: createCooldown(shared, clock),
    readTokens: createReadTokens(env, clock),
    session,
    want: () => want,
    async exchange(_path, request) {
      sent.push(request);
      const { status = 200, body, headers } = (replies.shift() as () => Reply)();
      return { status, body, headers: new Headers(headers), sent: clock.now() } satisfies Answer;
    },
  });
  const { signal } = new AbortController();
  const run = (): RefreshRun => ({ signal, patience: signal, timeout: 10_000, turn: 1, want: null, record: null });
  return { refresh: () => refresh(run()), sent, session, store, shared };
}

const presented = (sent: readonly ExchangeRequest[]) => sent.map(({ form }) => form?.refresh_token);

describe("a refresh", () => {
  it("for another account, after a lost answer, finishes the attempt of before under its own key first", async () => {
    const between: Reply = {
      status: 409,
      body: { error: "refresh_superseded", error_description: "No.", reason: "refresh_superseded", retryable: true },
    };
    const replies = [() => between, () => tokens(6, "home"), () => tokens(7, "team")];
    const { refresh, sent, store } = setUp(replies, undefined, { account: "team" });
    await refresh();
    expect(sent.map(({ form, headers }) => [form?.refresh_token, form?.account, headers?.["Idempotency-Key"]])).toEqual(
      [
        ["rt5", "team", "key1"],
        ["rt5", undefined, "key1"],
        ["rt6", "team", "key2"],
      ],
    );
    expect(store.read()).toMatchObject({ generation: 7, refreshToken: "rt7" });
  });

  it("sends what is stored, under a key that is stored before, and stores the successor", async () => {
    const { refresh, sent, store, shared } = setUp([() => tokens(6)]);
    await refresh();
    expect(sent[0]).toMatchObject({
      form: { client_id: "app", refresh_token: "rt5" },
      withCookies: false,
      timeout: 10_000,
    });
    expect(sent[0]?.headers).toEqual({ "Idempotency-Key": "key1" });
    expect(store.read()).toMatchObject({ generation: 6, refreshToken: "rt6" });
    expect(shared.read(":attempt")).toBeNull();
  });

  it("tells until when it waits, by the server's clock, once it has heard that", async () => {
    const { refresh, sent } = setUp([() => tokens(6), () => tokens(7)]);
    await refresh();
    await refresh();
    expect(sent[1]?.headers?.["Refresh-Deadline"]).toBe("5010000");
  });

  it("keeps its key when no answer came, and sends it with the next try", async () => {
    const lost = () => {
      throw new TypeError("Failed to fetch");
    };
    const { refresh, sent } = setUp([lost, () => tokens(6), () => tokens(7)]);
    await expect(refresh()).rejects.toThrow();
    await refresh();
    await refresh();
    expect(sent.map(({ headers }) => headers?.["Idempotency-Key"])).toEqual(["key1", "key1", "key2"]);
  });
});

describe("a refusal", () => {
  it("of what is stored is a verdict", async () => {
    const { refresh, sent } = setUp([() => refused("reuse_detected")]);
    await expect(refresh()).rejects.toMatchObject({ code: "reuse_detected", kind: "terminal" });
    expect(sent).toHaveLength(1);
  });

  it("of what another tab has replaced meanwhile is none: the newer is sent", async () => {
    const setup = setUp([
      () => {
        setup.store.write({ sid: "s1", grant: "g1", generation: 6, refreshToken: "rt6" });
        return refused("reuse_detected");
      },
      () => tokens(7),
    ]);
    await setup.refresh();
    expect(presented(setup.sent)).toEqual(["rt5", "rt6"]);
    expect(setup.session.tokenFor()?.generation).toBe(7);
  });
});

describe("an answer", () => {
  it("that is older than what another tab stored meanwhile is discarded, and the newer sent", async () => {
    const setup = setUp([
      () => {
        setup.store.write({ sid: "s1", grant: "g1", generation: 8, refreshToken: "rt8" });
        return tokens(6);
      },
      () => tokens(9),
    ]);
    await setup.refresh();
    expect(presented(setup.sent)).toEqual(["rt5", "rt8"]);
    expect(setup.store.read()).toMatchObject({ generation: 9, refreshToken: "rt9" });
  });

  it("of the same generation counts: a grant that does not rotate has no other", async () => {
    const { refresh, session } = setUp([() => tokens(5)]);
    await refresh();
    expect(session.tokenFor()?.generation).toBe(5);
  });

  it("for a session that ended meanwhile is discarded: nobody is signed in", async () => {
    const setup = setUp([
      () => {
        setup.store.bury({ sid: "s1", grant: "g1" }, "signed_out");
        return tokens(6);
      },
    ]);
    await expect(setup.refresh()).rejects.toMatchObject({ code: "login_required" });
    expect(setup.store.read()).toBeNull();
    expect(setup.session.tokenFor()).toBeNull();
  });

  it("that wants another proof is followed by one, and by no third", async () => {
    const wanting = () => ({ ...refused("dpop_nonce_required"), headers: { "dpop-nonce": "n" } });
    const nonce = () => ({
      ...wanting(),
      body: { error: "use_dpop_nonce", reason: "dpop_nonce_required", retryable: true },
    });
    const credential: Credential = {
      load: async () => "rt",
      prove: async () => ({ DPoP: "proof" }),
      learn: (headers) => headers.has("dpop-nonce"),
    };
    const { refresh, sent } = setUp([nonce, nonce, nonce], credential);
    await expect(refresh()).rejects.toMatchObject({ kind: "transient" });
    expect(sent).toHaveLength(2);
    expect(sent[0]?.headers).toMatchObject({ DPoP: "proof" });
  });
});
