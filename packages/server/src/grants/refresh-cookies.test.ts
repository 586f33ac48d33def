import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appOrigin, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import {
  clientNamed,
  createRefreshInstance,
  openToken,
  postRefresh,
  readGrant,
  testClients,
} from "./refresh.testing.ts";

const day = 86_400;
const blogOrigin = "http://localhost:5998";
const blog = clientNamed("blog", {
  refreshToken: "cookie",
  origins: [blogOrigin],
  signin: { success: `${blogOrigin}/` },
});

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance({ clients: [...testClients, blog] });
});
afterAll(() => instance.close());

const cookie = (clientId: string, token: string) => ({ Cookie: `holdfast_refresh.${clientId}=${token}` });

describe("a refresh token in its cookie", () => {
  it("is replaced by its successor, scoped as tightly as a browser can, and never shown to script", async () => {
    const { refreshToken, grantId } = await startSession(instance, { clientId: "app" });
    const reply = await postRefresh(
      instance,
      { client_id: "app" },
      { ...cookie("app", refreshToken), Origin: appOrigin },
    );
    expect(reply.status).toBe(200);
    expect(reply.body).not.toHaveProperty("refresh_token");
    expect(reply.body.generation).toBe(2);
    const [line = "", ...more] = reply.headers.getSetCookie();
    // The name from before each generation had one of its own.
    expect(more).toEqual(["holdfast_refresh.app=; Max-Age=0; Path=/refresh; HttpOnly; SameSite=Strict"]);
    const [pair = "", ...attributes] = line.split("; ");
    const [name, token = ""] = pair.split("=");
    expect(name).toBe(`holdfast_refresh.app~2.${grantId.slice(-12)}`);
    expect(openToken(token)).toMatchObject({ grantId, generation: 2 });
    expect(attributes.sort()).toEqual(["HttpOnly", `Max-Age=${90 * day}`, "Path=/refresh", "SameSite=Strict"]);
  });

  it("gives a losing tab the same cookie, so that its late answer puts nothing older back", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "app" });
    const headers = { ...cookie("app", refreshToken), Origin: appOrigin };
    const replies = await Promise.all([1, 2, 3].map(() => postRefresh(instance, { client_id: "app" }, headers)));
    const lines = new Set(replies.map((reply) => reply.headers.getSetCookie().join()));
    expect(lines.size).toBe(1);
  });

  it("is not put back by a refusal", async () => {
    const { refreshToken, session } = await startSession(instance, { clientId: "app" });
    await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
    const reply = await postRefresh(instance, { client_id: "app" }, cookie("app", refreshToken));
    expect(reply.body.reason).toBe("signed_out");
    expect(reply.headers.getSetCookie().filter((line) => line.includes("hf_rt_"))).toEqual([]);
  });

  it("works without naming the client, where one is signed in", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "app" });
    expect((await postRefresh(instance, null, cookie("app", refreshToken))).body.generation).toBe(2);
  });

  it("has to be told apart, where a program sends two", async () => {
    const [first, second] = [
      await startSession(instance, { clientId: "app" }),
      await startSession(instance, { clientId: "blog" }),
    ];
    const both = {
      Cookie: `holdfast_refresh.app=${first.refreshToken}; holdfast_refresh.blog=${second.refreshToken}`,
    };
    expect((await postRefresh(instance, null, both)).body).toMatchObject({
      error: "invalid_client",
      reason: "client_unknown",
    });
    expect((await postRefresh(instance, { client_id: "blog" }, both)).body).toMatchObject({ sid: second.session.id });
    expect((await postRefresh(instance, null, { ...both, Origin: appOrigin })).body).toMatchObject({
      sid: first.session.id,
    });
  });

  it.each([
    ["empty", ""],
    ["another client's", "blog"],
    ["a session cookie", "session"],
  ])("is no sign-in when it is %s", async (_case, kind) => {
    const { refreshToken, cookie: sessionCookie } = await startSession(instance, { clientId: "blog" });
    const header =
      kind === ""
        ? cookie("app", "")
        : kind === "blog"
          ? cookie("blog", refreshToken)
          : { Cookie: `holdfast_session=${sessionCookie}` };
    const reply = await postRefresh(instance, { client_id: "app" }, header);
    expect(reply.status).toBe(401);
    expect(reply.body).toMatchObject({ error: "login_required", reason: "login_required", retryable: false });
  });
});

describe("another client's page", () => {
  it("cannot spend the cookie of a client it does not belong to", async () => {
    const { refreshToken, grantId } = await startSession(instance, { clientId: "app" });
    for (const fields of [{ client_id: "app" }, {}]) {
      const reply = await postRefresh(instance, fields, { ...cookie("app", refreshToken), Origin: blogOrigin });
      expect(reply.status).not.toBe(200);
      expect(reply.body).not.toHaveProperty("access_token");
    }
    expect((await readGrant(instance, grantId)).generation).toBe(1);
  });
});

describe("beside a session cookie", () => {
  it("a refresh cookie counts while both are one person's, of whichever session", async () => {
    const { refreshToken, cookie: own } = await startSession(instance, { clientId: "app" });
    const { cookie: other } = await startSession(instance, { clientId: "app" });
    for (const session of [own, other, "", "hf_s_nonsense"]) {
      const header = `holdfast_refresh.app=${refreshToken}; holdfast_session=${session}`;
      expect((await postRefresh(instance, { client_id: "app" }, { Cookie: header })).status).toBe(200);
    }
  });

  // A neighbour on another subdomain can plant a cookie for the whole domain, but no session cookie: that is `__Host-`.
  it("another person's refresh cookie, planted or left behind, does not sign anybody in as them", async () => {
    const mallory = await startSession(instance, { clientId: "app", email: "mallory@example.com" });
    const { cookie: session } = await startSession(instance, { clientId: "app" });
    const header = `holdfast_refresh.app=${mallory.refreshToken}; holdfast_session=${session}`;
    for (const fields of [{ client_id: "app" }, {}]) {
      const reply = await postRefresh(instance, fields, { Cookie: header, Origin: appOrigin });
      expect(reply.status).toBe(401);
      expect(reply.body).toMatchObject({ reason: "login_required", retryable: false });
      expect(reply.body).not.toHaveProperty("access_token");
      expect(reply.headers.getSetCookie().join()).not.toContain("hf_rt_");
    }
  });
});

describe("over https", () => {
  it("the cookie is Secure, and its name says so to the browser", async () => {
    const secure = await createRefreshInstance({
      issuer: "https://id.example.com",
      tokens: { refreshAbsolute: "800d", refreshIdle: "800d" },
      sessions: { absolute: "800d", idle: "800d" },
    });
    try {
      const { refreshToken } = await startSession(secure, { clientId: "app" });
      const plain = await postRefresh(secure, { client_id: "app" }, cookie("app", refreshToken));
      expect(plain.body.reason).toBe("login_required");
      const reply = await postRefresh(
        secure,
        { client_id: "app" },
        { Cookie: `__Secure-holdfast_refresh.app=${refreshToken}` },
      );
      expect(reply.status).toBe(200);
      const [line = ""] = reply.headers.getSetCookie();
      expect(line).toMatch(/^__Secure-holdfast_refresh\.app~2\.[0-9a-f]{12}=hf_rt_/);
      // Browsers keep no cookie for longer than 400 days (RFC 6265bis, section 5.6.2).
      expect(line.split("; ").sort()).toEqual(
        expect.arrayContaining(["HttpOnly", `Max-Age=${400 * day}`, "Path=/refresh", "SameSite=Strict", "Secure"]),
      );
    } finally {
      await secure.close();
    }
  });
});
