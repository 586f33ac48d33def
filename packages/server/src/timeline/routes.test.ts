import type { SessionTimeline } from "@holdfast/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appOrigin, createTestInstance, type TestInstance } from "../testing/instance.ts";
import { signInAs, startSession } from "../testing/sign-in.ts";

let instance: TestInstance;
let ada: Awaited<ReturnType<typeof startSession>>;
let eve: Awaited<ReturnType<typeof startSession>>;
beforeAll(async () => {
  instance = await createTestInstance();
  ada = await startSession(instance, { email: "ada@example.com" });
  eve = await startSession(instance, { email: "eve@example.com" });
});
afterAll(() => instance.close());

async function ask(sid: string, cookie: string | null, init: RequestInit = {}) {
  const headers = { ...(cookie === null ? {} : { cookie: `holdfast_session=${cookie}` }), ...init.headers };
  const response = await fetch(`${instance.issuer}/sessions/${sid}/timeline`, { ...init, headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

describe("GET /sessions/:sid/timeline", () => {
  it("tells a person of the session they are in", async () => {
    const { status, headers, body } = await ask(ada.session.id, ada.cookie);
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body).toMatchObject({ sid: ada.session.id, user: { name: "Ada" }, state: "live" });
    expect((body as SessionTimeline).entries.map(({ title }) => title)).toEqual([
      "Signed in through test from 192.0.2.1 (test)",
      "First tokens for app",
    ]);
  });

  it("tells a person of their other sessions, live and ended (O6)", async () => {
    const other = await startSession(instance, { email: "ada@example.com" });
    expect((await ask(other.session.id, ada.cookie)).status).toBe(200);
    await instance.holdfast.sessions.revoke({ id: other.session.id }, "session_revoked");
    expect((await ask(other.session.id, ada.cookie)).body).toMatchObject({ state: "ended" });
    expect((await ask(other.session.id, other.cookie)).status).toBe(401);
  });

  it("tells the provider by its name, after a real sign-in", async () => {
    const browser = instance.browser();
    await signInAs(instance, browser);
    const cookie = browser.cookieHeader(instance.issuer);
    const session = await (await fetch(`${instance.issuer}/session`, { headers: { cookie } })).json();
    const response = await fetch(`${instance.issuer}/sessions/${session.sid}/timeline`, { headers: { cookie } });
    const { entries } = (await response.json()) as SessionTimeline;
    expect(entries[0]?.title).toBe("Signed in through practice from 127.0.0.1 (node)");
  });
});

describe("somebody who probes", () => {
  const unknown = "0190a0b0-0000-7000-8000-000000000009";

  it("cannot tell another person's session from one that never was", async () => {
    const answers = await Promise.all(
      [ada.session.id, unknown, "nonsense", "%00", "..%2f"].map((sid) => ask(sid, eve.cookie)),
    );
    const shapes = answers.map(({ status, headers, body }) => {
      const { request_id: _, ...rest } = body;
      const names = [...headers.keys()].sort();
      return { status, names, length: headers.get("content-length"), rest };
    });
    expect(shapes[0]).toMatchObject({ status: 404, rest: { code: "not_found" } });
    for (const shape of shapes) expect(shape).toEqual(shapes[0]);
  });

  it.each([
    ["no cookie", null],
    ["a cookie that is none", "nonsense"],
    ["an access token instead of a cookie", "eyJhbGciOiJFUzI1NiJ9.e30.x"],
  ])("with %s is told nothing, whatever the session", async (_, cookie) => {
    const answers = await Promise.all([ada.session.id, unknown].map((sid) => ask(sid, cookie)));
    for (const { status, body } of answers) {
      expect({ status, code: body.code }).toEqual({ status: 401, code: "login_required" });
    }
  });

  it("with an access token is told nothing: it is the cookie that counts (O10)", async () => {
    const headers = { Authorization: `Bearer ${ada.answer.access_token}` };
    expect((await ask(ada.session.id, null, { headers })).status).toBe(401);
  });

  it("with a cookie of an ended session, or of one with another's id, is told nothing", async () => {
    const mixed = eve.cookie.slice(0, -8) + ada.cookie.slice(-8);
    expect((await ask(ada.session.id, mixed)).status).toBe(401);
    const gone = await startSession(instance, { email: "ada@example.com" });
    await instance.holdfast.sessions.revoke({ id: gone.session.id }, "signed_out");
    expect((await ask(ada.session.id, gone.cookie)).status).toBe(401);
  });
});

describe("pages of other origins", () => {
  it("that belong to a client may ask with cookies", async () => {
    const { status, headers } = await ask(ada.session.id, ada.cookie, { headers: { origin: appOrigin } });
    expect(status).toBe(200);
    expect(headers.get("access-control-allow-origin")).toBe(appOrigin);
    expect(headers.get("access-control-allow-credentials")).toBe("true");
    expect(headers.get("vary")).toContain("Origin");
    const preflight = await ask(ada.session.id, null, { method: "OPTIONS", headers: { origin: appOrigin } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toBe("GET");
  });

  it.each(["https://evil.example", "null", `${appOrigin}.evil.example`])("%s may not", async (origin) => {
    for (const method of ["GET", "OPTIONS"]) {
      const { status, headers } = await ask(ada.session.id, ada.cookie, { method, headers: { origin } });
      expect(status).toBe(403);
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

it("only GET is answered", async () => {
  const { status, headers } = await ask(ada.session.id, ada.cookie, { method: "POST" });
  expect(status).toBe(405);
  expect(headers.get("allow")).toBe("GET");
});
