/** The faults of Convex with nothing played: the real client, the real `convex`, a server on either side. */
import { expect, it, onTestFinished } from "vitest";
import { connectConvexAuth } from "./connect-convex-auth.ts";
import { createRealClient, type RealClient } from "./real-client.testing.ts";
import { createScene, pass, type Scene, settle, until } from "./scene.testing.ts";

const LIFETIME = 900;

it("stays signed in for a day, asks Holdfast about twice a token's life, and Convex never refuses a token", async () => {
  const { server, says, refreshes, expired } = await open();
  await pass(86_400);
  expect(says).toEqual([true]);
  expect(expired).toEqual([]);
  expect(new Set(server.tokens()).size).toBe(server.tokens().length);
  expect(refreshes()).toBeLessThan((2.2 * 86_400) / LIFETIME);
  // A day is 5,760 pings over a real socket.
}, 60_000);

it("fault 45: waits through an outage at a scheduled fetch, still signed in", async () => {
  const { server, auth, says, goOffline, goOnline } = await open();
  goOffline();
  await pass(4 * LIFETIME);
  expect(auth.state.status).toBe("stale");
  expect(says).toEqual([true]);

  const before = server.tokens().length;
  goOnline();
  await until(() => server.tokens().length > before);
  await settle();
  expect(auth.state.status).toBe("active");
  expect(says).toEqual([true]);
});

it("fault 46: wakes without network, with a token that Convex refuses, and stays signed in", async () => {
  const { server, says, expired, goOffline, goOnline } = await open();
  goOffline();
  await pass(8 * 3_600);
  // On waking its socket is broken, and it sends the token it has stored.
  server.disconnectAll();
  await settle();
  await pass(15);
  await until(() => expired.length > 0);
  goOnline();
  await until(() => server.connections() === 1);
  await settle();
  expect(says).toEqual([true]);
});

it("fault 47: gives Convex the next person's session once it has the token that it waits for", async () => {
  const { server, auth, goOffline, goOnline, holdfast } = await open();
  goOffline();
  await pass(LIFETIME);
  server.expireAll();
  await until(() => server.connections() === 0);
  // The next refresh finds another account in the session.
  holdfast.sessionOf("ada").account = "acct_other";
  goOnline();
  await until(() => claimsOf(server.tokens().at(-1)).account === "acct_other");
  await pass(2 * LIFETIME);
  expect(auth.state).toMatchObject({ status: "active", user: { accountId: "acct_other" } });
  expect(server.connections()).toBe(1);
});

it("fault 48: signs in again when Convex gave up on three tokens while the session lives", async () => {
  const { server, says } = await open();
  server.refuseNext(3);
  server.expireAll();
  await until(() => says.length === 2);
  await pass(5);
  await until(() => says.length === 3);
  expect(says).toEqual([true, false, true]);
});

it("fault 49: a session revoked while Convex waits signs Convex out, and gives it null", async () => {
  const { server, auth, holdfast, goOffline, goOnline } = await open();
  goOffline();
  await pass(LIFETIME);
  server.expireAll();
  await until(() => server.connections() === 0);
  holdfast.revoke(holdfast.sessionOf("ada").sid);
  goOnline();
  await until(() => auth.state.status === "ended");
  expect(auth.state).toMatchObject({ status: "ended", reason: "session_revoked", isAuthenticated: false });
  await until(() => server.connections() === 1);
  const before = server.tokens().length;
  await pass(LIFETIME);
  expect(server.tokens()).toHaveLength(before);
});

interface Page extends Scene, RealClient {
  /** Tokens that had run out when they came. */
  readonly expired: string[];
}

/** A page whose session Convex has confirmed. */
async function open(): Promise<Page> {
  const expired: string[] = [];
  const verify = (token: string) => {
    const { exp, ...claims } = claimsOf(token);
    if (exp > Date.now() / 1_000) return claims;
    expired.push(token);
    throw new Error("Token expired");
  };
  const scene = await createScene({}, { verify });
  const client = await createRealClient();
  const disconnect = connectConvexAuth(scene.convex, client.auth, {
    onChange: (isAuthenticated) => {
      if (scene.says.at(-1) !== isAuthenticated) scene.says.push(isAuthenticated);
    },
  });
  onTestFinished(() => {
    disconnect();
    client.auth.dispose();
  });
  await until(() => scene.server.tokens().length === 2);
  await settle();
  return { ...scene, ...client, expired };
}

function claimsOf(token = ""): { readonly exp: number; readonly account: string } {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}
