/**
 * What Convex does with a token fetcher, seen from outside: the ground the adapter stands on. When a new release of
 * `convex` fails one of these, the answer to it in convex-rules.test.ts wants looking at again.
 */
import { expect, it } from "vitest";
import { createScene, pass, type Scene, settle, unhandledDuring, until } from "./scene.testing.ts";

const LIFETIME = 900;
const LEEWAY = 10;

it("C1: asks without force, then with force, and says no when both give null", async () => {
  const scene = await createScene();
  const asked = signIn(scene, () => null);
  await until(() => scene.says.length > 0);
  expect(asked).toEqual([false, true]);
  expect(scene.says).toEqual([false]);
  expect(scene.server.tokens()).toEqual([]);
});

it("C2: asks with force as soon as the first token is confirmed", async () => {
  const scene = await createScene();
  const asked = signIn(scene, (_, call) => jwt(call));
  await until(() => scene.says.length > 0);
  await settle();
  expect(asked).toEqual([false, true]);
  expect(scene.server.tokens()).toEqual([jwt(1), jwt(2)]);
});

it("C2: is content with the first token under initialAuthTokenReuse", async () => {
  const scene = await createScene({ initialAuthTokenReuse: true });
  const asked = signIn(scene, (_, call) => jwt(call));
  await until(() => scene.says.length > 0);
  await settle();
  expect(asked).toEqual([false]);
});

it("C3: asks again a whole lifetime less the leeway after a confirmation, whatever the token's age", async () => {
  const scene = await createScene();
  // Issued 300 seconds ago: it will have run out long before it is asked for.
  const asked = await signedIn(scene, (_, call) => jwt(call, { age: 300 }));
  await pass(LIFETIME - LEEWAY - 1);
  expect(asked).toEqual([false, true]);
  await pass(1);
  expect(asked).toEqual([false, true, true]);
});

it.each(["iat", "exp"])("C3: never asks again when the token has no %s", async (claim) => {
  const scene = await createScene();
  const asked = await signedIn(scene, (_, call) => jwt(call, { without: claim }));
  await pass(2 * LIFETIME);
  expect(asked).toEqual([false, true]);
});

it("C4: signs out for good when a scheduled fetch gives null, though the token in hand is good", async () => {
  const scene = await createScene();
  const asked = await signedIn(scene, (_, call) => (call < 3 ? jwt(call) : null));
  await pass(LIFETIME - LEEWAY);
  await pass(2 * LIFETIME);
  expect(scene.says).toEqual([true, false]);
  expect(asked).toHaveLength(3);
  expect(scene.server.received.at(-1)).toMatchObject({ type: "Authenticate", tokenType: "None" });
});

it("C5: leaves a rejection unhandled when a scheduled fetch throws, and never asks again", async () => {
  const scene = await createScene();
  const asked = await signedIn(scene, (_, call) => (call < 3 ? jwt(call) : fail()));
  const unhandled = await unhandledDuring(() => pass(2 * LIFETIME));
  expect(unhandled).toEqual([new Error("no network")]);
  expect(asked).toHaveLength(3);
});

it("C6: stops its schedule when a forced fetch gives the token it has", async () => {
  const scene = await createScene();
  const asked = signIn(scene, () => jwt(1));
  await until(() => scene.says.length > 0);
  await pass(2 * LIFETIME);
  expect(asked).toEqual([false, true]);
});

it("C7: comes back with another token when its token is refused, and stays signed in", async () => {
  const scene = await createScene();
  const asked = await signedIn(scene, (_, call) => jwt(call));
  scene.server.expireAll();
  await until(() => scene.server.tokens().includes(jwt(3)));
  await settle();
  expect(asked).toEqual([false, true, true]);
  expect(scene.says).toEqual([true]);
});

it.each([
  ["null", () => null],
  ["the same token", () => jwt(2)],
])("C7: signs out when its token is refused and a forced fetch gives %s", async (_, answer) => {
  const scene = await createScene();
  await signedIn(scene, (_, call) => (call < 3 ? jwt(call) : answer()));
  scene.server.expireAll();
  await until(() => scene.says.length === 2);
  expect(scene.says).toEqual([true, false]);
});

it("C7: leaves its socket dead when its token is refused and the fetch throws", async () => {
  const scene = await createScene();
  await signedIn(scene, (_, call) => (call < 3 ? jwt(call) : fail()));
  const unhandled = await unhandledDuring(async () => {
    scene.server.expireAll();
    await until(() => scene.server.connections() === 0);
    await pass(LIFETIME - LEEWAY - 1);
  });
  expect(unhandled).toHaveLength(1);
  expect(scene.server.connections()).toBe(0);
  expect(scene.says).toEqual([true]);
});

it("C8: sends the stored token again on a new connection, however old it is", async () => {
  const scene = await createScene();
  await signedIn(scene, (_, call) => (call < 3 ? jwt(call) : new Promise(() => {})));
  await pass(2 * LIFETIME);
  scene.server.disconnectAll();
  await settle();
  await pass(30);
  await until(() => scene.server.connections() === 1);
  await settle();
  expect(scene.server.tokens()).toEqual([jwt(1), jwt(2), jwt(2)]);
});

it("C9: gives up when three fresh tokens are refused, in no time", async () => {
  const scene = await createScene();
  const asked = await signedIn(scene, (_, call) => jwt(call));
  scene.server.refuseNext(3);
  scene.server.expireAll();
  await until(() => scene.says.length === 2);
  expect(scene.says).toEqual([true, false]);
  expect(asked).toEqual([false, true, true, true, true]);
});

it("C11: another fetcher while it waits for one leaves its socket dead", async () => {
  const scene = await createScene();
  await signedIn(scene, (_, call) => (call < 3 ? jwt(call) : new Promise(() => {})));
  scene.server.expireAll();
  await until(() => scene.server.connections() === 0);
  scene.convex.clearAuth();
  signIn(scene, (_, call) => jwt(10 + call));
  await pass(2 * LIFETIME);
  expect(scene.server.connections()).toBe(0);
});

it("C12: a fetcher that has no token at first, and one with force, opens a dead socket again", async () => {
  const scene = await createScene();
  await signedIn(scene, (_, call) => (call < 3 ? jwt(call) : new Promise(() => {})));
  scene.server.expireAll();
  await until(() => scene.server.connections() === 0);
  scene.convex.clearAuth();
  signIn(scene, (force, call) => (force ? jwt(10 + call) : null));
  await until(() => scene.server.tokens().includes(jwt(12)));
  await settle();
  expect(scene.server.connections()).toBe(1);
  expect(scene.says).toEqual([true]);
});

it("C12: having given up, it signs in again with clearAuth and setAuth", async () => {
  const scene = await createScene();
  signIn(scene, () => null);
  await until(() => scene.says.length === 1);
  scene.convex.clearAuth();
  signIn(scene, (_, call) => jwt(call));
  await until(() => scene.says.length === 2);
  expect(scene.says).toEqual([false, true]);
});

type Answer = (force: boolean, call: number) => string | null | Promise<string | null>;

/** Gives Convex a fetcher; answers with what it is asked, call by call: whether with force. */
function signIn({ convex, says }: Scene, answer: Answer): boolean[] {
  const asked: boolean[] = [];
  const fetchToken = async ({ forceRefreshToken }: { forceRefreshToken: boolean }) => {
    asked.push(forceRefreshToken);
    return answer(forceRefreshToken, asked.length);
  };
  convex.setAuth(fetchToken, (isAuthenticated) => {
    // It says yes again at every confirmation.
    if (says.at(-1) !== isAuthenticated) says.push(isAuthenticated);
  });
  return asked;
}

/** As `signIn`, up to where the second token is confirmed and the third is scheduled. */
async function signedIn(scene: Scene, answer: Answer): Promise<boolean[]> {
  const asked = signIn(scene, answer);
  await until(() => scene.server.tokens().length === 2);
  await settle();
  return asked;
}

function jwt(id: number, { age = 0, without }: { readonly age?: number; readonly without?: string } = {}): string {
  const iat = 1_800_000_000 - age;
  const { [without ?? ""]: _, ...claims }: Record<string, unknown> = { sub: "u", iat, exp: iat + LIFETIME, jti: id };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
}

function fail(): never {
  throw new Error("no network");
}
