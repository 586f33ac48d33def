/** The rules of convex-rules.test.ts that show in the fetcher alone. */
import type { AuthState, GetTokenOptions } from "@holdfast/client";
import { expect, it, onTestFinished, vi } from "vitest";
import { createConvexBinding } from "./convex-binding.ts";
import { createFakeClient, type FakeClient } from "./fake-client.testing.ts";

it.each<[string, (auth: FakeClient) => void, AuthState["status"]]>([
  ["there is none", () => {}, "anonymous"],
  ["it has ended", (auth) => auth.end("session_expired"), "ended"],
  ["the client was disposed of", (auth) => auth.dispose(), "disposed"],
])("C1, C4: gives null when there is no session, because %s", async (_, lose, status) => {
  const auth = createFakeClient({ start: status === "anonymous" ? "anonymous" : "active" });
  const { fetchAccessToken } = createConvexBinding(auth).getSnapshot();
  lose(auth);
  expect(auth.state.status).toBe(status);
  expect(await fetchAccessToken({ forceRefreshToken: false })).toBeNull();
  expect(await fetchAccessToken({ forceRefreshToken: true })).toBeNull();
});

it.each([7, -7])("C3: takes no token for new by a clock that is %d minutes wrong", async (minutes) => {
  const auth = createFakeClient({ serverAheadMs: minutes * 60_000 });
  const { fetchAccessToken } = createConvexBinding(auth).getSnapshot();
  await fetchAccessToken({ forceRefreshToken: false });
  const old = auth.refresh();
  expect(await fetchAccessToken({ forceRefreshToken: true })).not.toBe(old);
});

it("C3: does not press a server that is in trouble for a new token, with a good one in hand", async () => {
  const auth = createFakeClient({ serverAheadMs: 60_000 });
  const asked: (GetTokenOptions | undefined)[] = [];
  const getToken: FakeClient["getToken"] = (options) => {
    asked.push(options);
    return auth.getToken(options);
  };
  auth.loseServer();
  const { fetchAccessToken } = createConvexBinding({ ...auth, state: auth.state, getToken }).getSnapshot();
  expect(await fetchAccessToken({ forceRefreshToken: true })).toBe(auth.token());
  expect(asked).toHaveLength(1);
});

it("C9: leaves longer and longer between attempts, up to a minute, and starts anew after one that held", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const binding = createConvexBinding(createFakeClient());
  const attemptsAfter = async (seconds: number) => {
    const { fetchAccessToken } = binding.getSnapshot();
    await vi.advanceTimersByTimeAsync(seconds * 1_000);
    return binding.getSnapshot().fetchAccessToken === fetchAccessToken ? 0 : 1;
  };
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    binding.report(false);
    expect([await attemptsAfter(seconds - 0.1), await attemptsAfter(0.1)]).toEqual([0, 1]);
  }

  const dropReport = binding.report(true);
  await vi.advanceTimersByTimeAsync(59_000);
  dropReport();
  binding.report(false);
  expect([await attemptsAfter(59.9), await attemptsAfter(0.1)]).toEqual([0, 1]);

  binding.report(true);
  await vi.advanceTimersByTimeAsync(60_000);
  binding.report(false);
  expect([await attemptsAfter(0.9), await attemptsAfter(0.1)]).toEqual([0, 1]);
});

it("C9: does not count against a session what Convex said of the one before", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const auth = createFakeClient();
  const binding = createConvexBinding(auth);
  auth.end("session_expired");
  for (let times = 0; times < 4; times++) {
    binding.report(false);
    await vi.advanceTimersByTimeAsync(60_000);
  }
  auth.signInAs("u_bob", "s_2");
  const { fetchAccessToken } = binding.getSnapshot();
  binding.report(false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(binding.getSnapshot().fetchAccessToken).not.toBe(fetchAccessToken);
});

it("C11: gives Convex one fetcher for one session, through all that happens to it", async () => {
  const auth = createFakeClient({ start: "cold" });
  const binding = createConvexBinding(auth);
  const { fetchAccessToken } = binding.getSnapshot();
  const turns = [auth.findServer, auth.loseServer, auth.refresh, auth.findServer, auth.refresh];
  for (const turn of turns) {
    turn();
    expect(binding.getSnapshot()).toMatchObject({ isLoading: false, isAuthenticated: true });
    expect(binding.getSnapshot().fetchAccessToken).toBe(fetchAccessToken);
  }
});

it("C11 (fault 47): is the same fetcher for as long as Convex waits for a token, and a task longer", async () => {
  const auth = createFakeClient();
  const binding = createConvexBinding(auth);
  const { fetchAccessToken } = binding.getSnapshot();
  await fetchAccessToken({ forceRefreshToken: false });
  await new Promise((resolve) => setTimeout(resolve));
  let changes = 0;
  binding.subscribe(() => changes++);
  auth.loseServer();
  const token = fetchAccessToken({ forceRefreshToken: true });
  auth.signInAs("u_bob", "s_2");
  expect(binding.getSnapshot().fetchAccessToken).toBe(fetchAccessToken);
  await token;
  expect(binding.getSnapshot().fetchAccessToken).toBe(fetchAccessToken);
  changes = 0;
  await new Promise((resolve) => setTimeout(resolve));
  expect(changes).toBe(1);
  expect(binding.getSnapshot().fetchAccessToken).not.toBe(fetchAccessToken);
});

it("C4: takes a null for no end while another session has come in the place of the one that ended", async () => {
  const auth = createFakeClient();
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { fetchAccessToken } = createConvexBinding({
    ...auth,
    state: auth.state,
    getToken: nullAtFirst(auth),
  }).getSnapshot();
  const token = fetchAccessToken({ forceRefreshToken: false });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await token).toBe(auth.token());
});

it("C12: has no token at first, and one with force, when it is a fetcher that took another's place", async () => {
  const auth = createFakeClient();
  const binding = createConvexBinding(auth);
  binding.getSnapshot();
  await auth.switchAccount("a_2");
  const { fetchAccessToken } = binding.getSnapshot();
  expect(await fetchAccessToken({ forceRefreshToken: false })).toBeNull();
  expect(await fetchAccessToken({ forceRefreshToken: true })).toBe(auth.token());
  expect(await fetchAccessToken({ forceRefreshToken: false })).toBe(auth.token());
});

it("fault 49: a session revoked while Convex waits gives null, and unauthenticated, in one tick", async () => {
  const auth = createFakeClient();
  const binding = createConvexBinding(auth);
  const { fetchAccessToken } = binding.getSnapshot();
  const log: string[] = [];
  binding.subscribe(() => log.push(`authenticated: ${binding.getSnapshot().isAuthenticated}`));
  await fetchAccessToken({ forceRefreshToken: false });
  auth.loseServer();
  for (const forceRefreshToken of [true, true]) {
    void fetchAccessToken({ forceRefreshToken }).then((token) => log.push(`token: ${token}`));
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(log).toEqual(["authenticated: true"]);
  log.length = 0;

  auth.end("session_revoked");
  log.push("-- the next microtask");
  await Promise.resolve();
  expect(log).toEqual(["authenticated: false", "-- the next microtask", "token: null", "token: null"]);
});

function nullAtFirst(auth: FakeClient): FakeClient["getToken"] {
  let calls = 0;
  return async (options) => (calls++ === 0 ? null : auth.getToken(options));
}
