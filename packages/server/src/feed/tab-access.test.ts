import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appOrigin, bodyClient, createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { askForEvents, byCookie, byToken, followTab, type StartedSession } from "./tabs.testing.ts";

const otherOrigin = "http://localhost:5998";
const otherClient = { ...testClient, id: "other", origins: [otherOrigin], signin: { success: `${otherOrigin}/` } };

let instance: TestInstance;
let person: StartedSession;
beforeAll(async () => {
  const clients = [testClient, bodyClient, otherClient];
  instance = await createTestInstance({ hasPractice: false, config: { clients, feed: { maxTabs: 1 } } });
  person = await startSession(instance);
});
afterAll(async () => {
  // Nobody in this file was let in who stayed, and nothing of the session was harmed.
  expect(instance.holdfast.feed.tabs.size).toBe(0);
  const [grant] = await instance.holdfast.grants.list({ sessionId: person.session.id, limit: 1 });
  expect(grant).toMatchObject({ id: person.grantId, revokedAt: null, generation: 1 });
  await instance.close();
});

const cookie = () => `holdfast_session=${person.cookie}`;
const forgedToken = () => new SignJWT({}).setProtectedHeader({ alg: "HS256" }).sign(Buffer.alloc(32));

interface Case {
  readonly query?: string;
  readonly headers?: Record<string, string>;
}

describe("a request that is not a tab's", () => {
  it.each<[string, () => Case | Promise<Case>, number, string]>([
    ["no cookie and no token", () => ({ query: "?client_id=app" }), 401, "login_required"],
    ["what is no cookie of ours", () => asBrowser("holdfast_session=garbage"), 401, "login_required"],
    ["a cookie with one character more", () => asBrowser(`${cookie()}A`), 401, "login_required"],
    ["a cookie whose secret is wrong", () => asBrowser(`${cookie().slice(0, -4)}AAAA`), 401, "login_required"],
    [
      "a client that the session has no tokens for",
      () => asBrowser(cookie(), "?client_id=device"),
      401,
      "login_required",
    ],
    ["no client where there are several", () => asBrowser(cookie(), ""), 400, "client_unknown"],
    ["an unknown client", () => asBrowser(cookie(), "?client_id=stranger"), 400, "client_unknown"],
    ["a client by a name of Object", () => asBrowser(cookie(), "?client_id=__proto__"), 400, "client_unknown"],
    ["two clients", () => asBrowser(cookie(), "?client_id=app&client_id=app"), 400, "invalid_request"],
    ["a line break", () => asBrowser(cookie(), "?client_id=app%0a"), 400, "invalid_request"],
    [
      "a page of nobody's",
      () => ({ ...asBrowser(cookie()), headers: { Cookie: cookie(), Origin: "https://evil.example" } }),
      403,
      "origin_not_allowed",
    ],
    [
      "a page of another client",
      () => ({ ...asBrowser(cookie()), headers: { Cookie: cookie(), Origin: otherOrigin } }),
      403,
      "origin_not_allowed",
    ],
    [
      "an image on a strange page",
      () => ({ ...asBrowser(cookie()), headers: { Cookie: cookie(), "Sec-Fetch-Site": "cross-site" } }),
      403,
      "origin_not_allowed",
    ],
    ["an empty Authorization", () => authorized(""), 401, "token_malformed"],
    ["Basic authentication", () => authorized("Basic YTpi"), 401, "token_malformed"],
    ["a refresh token", () => authorized(`Bearer ${person.refreshToken}`), 401, "token_malformed"],
    ["two tokens", () => authorized(`Bearer ${token()}, Bearer ${token()}`), 401, "token_malformed"],
    ["a token of nobody's", async () => authorized(`Bearer ${await forgedToken()}`), 401, "token_signature_invalid"],
    ["an altered token", () => authorized(`Bearer ${token().slice(0, -4)}AAAA`), 401, "token_signature_invalid"],
    ["a token of another client", () => authorized(`Bearer ${token()}`, "?client_id=device"), 400, "invalid_request"],
    ["a token in the address", () => ({ query: `?access_token=${token()}&client_id=app` }), 401, "login_required"],
    [
      "a token on a page of another client",
      () => ({ headers: { Authorization: `Bearer ${token()}`, Origin: otherOrigin } }),
      403,
      "origin_not_allowed",
    ],
  ])("%s", async (_, make, status, code) => {
    const response = await askForEvents(instance, await make());
    expect(await response.json()).toMatchObject({ code, retryable: false });
    expect(response.status).toBe(status);
    const challenge = response.headers.get("www-authenticate");
    if (code.startsWith("token_")) expect(challenge).toContain('error="invalid_token"');
    else expect(challenge).toBeNull();
  });

  it("a token that has run out: the client is told to get another", async () => {
    const options = byToken(person);
    instance.clock.advance(person.answer.expires_in * 1000);
    expect(await (await askForEvents(instance, options)).json()).toMatchObject({ code: "token_expired" });
    instance.clock.advance(-person.answer.expires_in * 1000);
  });
});

const token = () => person.answer.access_token;
const asBrowser = (value: string, query = "?client_id=app"): Case => ({ headers: { Cookie: value }, query });
const authorized = (value: string, query = ""): Case => ({ headers: { Authorization: value }, query });

describe("what pages may do", () => {
  it("those of the client may ask, with cookies or a token, and read the answer", async () => {
    const response = await fetch(`${instance.issuer}/session/events`, {
      method: "OPTIONS",
      headers: { Origin: appOrigin, "Access-Control-Request-Method": "GET" },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(appOrigin);
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
    expect(response.headers.get("access-control-allow-methods")).toBe("GET");
    expect(response.headers.get("access-control-allow-headers")).toContain("Authorization");
  });

  it("the stream is one that nothing on the way stores or gathers", async () => {
    const response = await askForEvents(instance, byCookie(person));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": appOrigin,
      "cache-control": "no-store",
      "content-type": "text/event-stream; charset=utf-8",
      vary: "Origin",
      "x-accel-buffering": "no",
    });
    await response.body?.cancel();
    await expect.poll(() => instance.holdfast.feed.tabs.size).toBe(0);
  });

  it("HEAD opens no stream, and nothing else than GET is taken", async () => {
    const { headers = {}, query } = byCookie(person);
    const address = `${instance.issuer}/session/events${query}`;
    const head = await fetch(address, { method: "HEAD", headers });
    expect([head.status, instance.holdfast.feed.tabs.size]).toEqual([200, 0]);
    const post = await fetch(address, { method: "POST", headers });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET"]);
  });
});

it("a node that has as many as it may sends further ones away for a while", async () => {
  const tab = await followTab(instance, byCookie(person));
  const response = await askForEvents(instance, byToken(person));
  expect(await response.json()).toMatchObject({ code: "rate_limited", retryable: true });
  expect(response.headers.get("retry-after")).toBe("60");
  await tab.close();
  await expect.poll(() => instance.holdfast.feed.tabs.size).toBe(0);
});

it("a node that stops ends its streams, and lets nobody in any more", async () => {
  const stopping = await createTestInstance({ hasPractice: false });
  const session = await startSession(stopping);
  const tab = await followTab(stopping, byCookie(session));
  await stopping.holdfast.drain();
  await tab.ended;
  expect((await askForEvents(stopping, byCookie(session))).status).toBe(503);
  await stopping.close();
});
