/** What the adapter answers to each of Convex's habits, which contract.test.ts pins down: with the real `convex`. */
import { expect, it, onTestFinished } from "vitest";
import { connectConvexAuth } from "./connect-convex-auth.ts";
import { createFakeClient, type FakeClient, type FakeClientOptions } from "./fake-client.testing.ts";
import { createScene, pass, type Scene, settle, until } from "./scene.testing.ts";

const LIFETIME = 900;
const LEEWAY = 10;

it("C1: asks nothing of Convex while nobody is signed in, and signs it in as soon as somebody is", async () => {
  const { server, auth, says } = await connected({ start: "anonymous" });
  await pass(60);
  expect(server.tokens()).toEqual([]);

  auth.signInAs("u_bob", "s_2");
  await until(() => says.length > 0);
  expect(says).toEqual([true]);
  expect(claimsOf(server.tokens()[0])).toMatchObject({ sub: "u_bob" });
});

it("C2: has another token for Convex when it asks again right after the first", async () => {
  const { server } = await signedIn();
  const [first, second] = server.tokens();
  expect(second).not.toBe(first);
});

it("C3: hands out tokens as good as new, so that Convex comes back for the next one before they run out", async () => {
  const { server, auth } = await signedIn();
  for (let cycle = 0; cycle < 3; cycle++) {
    // What the client does by itself, and what leaves a token in hand that is a quarter through its life.
    await pass(LIFETIME * 0.75);
    auth.refresh();
    await pass(LIFETIME * 0.25 - LEEWAY);
    const { exp } = claimsOf(server.tokens().at(-1));
    expect(exp - Date.now() / 1_000).toBeGreaterThanOrEqual(LIFETIME - 1);
  }
  expect(server.tokens()).toHaveLength(5);
});

it("C3: takes the token that another tab has just got for new", async () => {
  const { server, auth } = await signedIn();
  await pass(LIFETIME - LEEWAY - 1);
  const fromAnotherTab = auth.refresh();
  await pass(1);
  expect(server.tokens().at(-1)).toBe(fromAnotherTab);
});

it.each([undefined, "unnoticed"] as const)(
  "C3: takes a token that is merely good while no new one is to be had",
  async (how) => {
    const { server, auth } = await signedIn();
    await pass(LIFETIME * 0.75);
    const good = auth.refresh();
    auth.loseServer(how);
    await pass(LIFETIME * 0.25 - LEEWAY);
    expect(server.tokens().at(-1)).toBe(good);
  },
);

it("C4, C5 (fault 45): waits through an outage at a scheduled fetch, still signed in", async () => {
  const { server, auth, says } = await signedIn();
  auth.loseServer();
  await pass(4 * LIFETIME);
  expect(says).toEqual([true]);
  expect(server.tokens()).toHaveLength(2);

  auth.findServer();
  await until(() => server.tokens().length === 3);
  await pass(LIFETIME - LEEWAY);
  // And the schedule goes on.
  expect(server.tokens()).toHaveLength(4);
  expect(says).toEqual([true]);
});

it("C5: tries again when the client throws, and lets Convex know nothing of it", async () => {
  const { server, auth, says } = await signedIn();
  auth.failNext(3);
  await pass(LIFETIME - LEEWAY);
  expect(server.tokens()).toHaveLength(2);
  await pass(1 + 2 + 4);
  expect(server.tokens()).toHaveLength(3);
  expect(says).toEqual([true]);
});

it("C6: never hands the same token out twice with force", async () => {
  const { server, auth } = await signedIn();
  for (const seconds of [30, 890, 5, 400, 1_800]) {
    server.expireAll();
    await pass(seconds);
    auth.refresh();
  }
  expect(server.tokens().length).toBeGreaterThan(7);
  expect(new Set(server.tokens()).size).toBe(server.tokens().length);
});

it("C7: comes back with another token when Convex's server refuses the one it has, and stays signed in", async () => {
  const { server, says } = await signedIn();
  server.expireAll();
  await until(() => server.tokens().length >= 3);
  await settle();
  expect(says).toEqual([true]);
  expect(server.connections()).toBe(1);
});

it("C7 (fault 46): wakes with a token that ran out, and without network, and stays signed in", async () => {
  const { server, auth, says } = await signedIn();
  auth.loseServer();
  server.disconnectAll();
  await pass(8 * 3_600);
  auth.loseServer();
  expect(auth.state.status).toBe("stale");
  server.expireAll();
  await settle();
  expect(server.connections()).toBe(0);

  auth.findServer();
  await until(() => server.connections() === 1);
  await settle();
  expect(server.tokens().at(-1)).toBe(auth.token());
  expect(says).toEqual([true]);
});

it("C8: puts right a stored token that Convex sends again after it ran out", async () => {
  const { server, auth, says } = await signedIn({}, { refuseExpired: true });
  auth.loseServer();
  await pass(2 * LIFETIME);
  server.disconnectAll();
  await pass(30);
  expect(server.tokens().at(-1)).toBe(server.tokens().at(-2));

  auth.findServer();
  await until(() => server.connections() === 1);
  await settle();
  expect(server.tokens().at(-1)).toBe(auth.token());
  expect(says).toEqual([true]);
});

it("C9 (fault 48): signs in again when Convex gave up on three tokens while the session lives", async () => {
  const { server, says } = await signedIn();
  server.refuseNext(3);
  server.expireAll();
  await until(() => says.length === 2);
  expect(says).toEqual([true, false]);

  await pass(3);
  await until(() => says.length === 3);
  expect(says).toEqual([true, false, true]);
  expect(server.connections()).toBe(1);
});

it("C9: asks no more of Convex once the session is over as well", async () => {
  const { server, auth, says } = await signedIn();
  server.refuseNext(3);
  server.expireAll();
  await until(() => says.length === 2);
  auth.end("session_revoked");
  const before = server.tokens().length;
  await pass(120);
  expect(server.tokens()).toHaveLength(before);
});

it("C11: gives Convex another fetcher for another account, and for another person", async () => {
  const { server, auth, says } = await signedIn();
  await auth.switchAccount("a_2");
  await settle();
  expect(claimsOf(server.tokens().at(-1))).toMatchObject({ sub: "u_ada", account: "a_2" });

  auth.signInAs("u_bob", "s_2");
  await settle();
  expect(claimsOf(server.tokens().at(-1))).toMatchObject({ sub: "u_bob", sid: "s_2" });
  expect(server.received.filter((message) => "tokenType" in message && message.tokenType === "None")).toHaveLength(2);
  expect(says).toEqual([true]);
});

it("C11 (fault 47): waits with another fetcher until Convex has the token it waits for", async () => {
  const { server, auth, says } = await signedIn();
  auth.loseServer();
  server.expireAll();
  await until(() => server.connections() === 0);

  // Signs in as somebody else, in another tab, while Convex's socket is stopped.
  auth.signInAs("u_bob", "s_2");
  await settle();
  await pass(1);
  await until(() => server.connections() === 1);
  await settle();
  expect(claimsOf(server.tokens().at(-1))).toMatchObject({ sub: "u_bob" });
  expect(says).toEqual([true]);
  await pass(2 * LIFETIME);
  expect(server.connections()).toBe(1);
});

it("fault 49: Convex is signed out with the session, and its socket is not left stopped", async () => {
  const { server, auth, says } = await signedIn();
  auth.loseServer();
  server.expireAll();
  await until(() => server.connections() === 0);
  auth.end("session_revoked");
  await until(() => server.connections() === 1);
  await pass(LIFETIME);
  expect(server.tokens()).toHaveLength(2);
  expect(says).toEqual([true]);
});

it("lets Convex go when it is asked to, and leaves no timer", async () => {
  const { server, disconnect, auth } = await signedIn();
  disconnect();
  await settle();
  expect(server.received.at(-1)).toMatchObject({ type: "Authenticate", tokenType: "None" });
  auth.signInAs("u_bob", "s_2");
  await pass(120);
  expect(server.tokens()).toHaveLength(2);
  expect(auth.state.isAuthenticated).toBe(true);
});

interface Connected extends Scene {
  readonly auth: FakeClient;
  readonly disconnect: () => void;
}

async function connected(options: FakeClientOptions = {}, { refuseExpired = false } = {}): Promise<Connected> {
  const verify = (token: string) => {
    const claims = claimsOf(token);
    if (refuseExpired && claims.exp <= Date.now() / 1_000) throw new Error("Token expired");
    return { ...claims };
  };
  const scene = await createScene({}, { verify });
  const auth = createFakeClient(options);
  const disconnect = connectConvexAuth(scene.convex, auth, {
    onChange: (isAuthenticated) => {
      if (scene.says.at(-1) !== isAuthenticated) scene.says.push(isAuthenticated);
    },
  });
  onTestFinished(disconnect);
  return { ...scene, auth, disconnect };
}

/** As `connected`, up to where Convex has confirmed its second token and scheduled the next. */
async function signedIn(options: FakeClientOptions = {}, server: { refuseExpired?: boolean } = {}): Promise<Connected> {
  const scene = await connected(options, server);
  await until(() => scene.server.tokens().length === 2);
  await settle();
  return scene;
}

function claimsOf(token = ""): { readonly exp: number; readonly sub: string; readonly sid: string } {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}
