import { describe, expect, it, vi } from "vitest";
import type { ClientEnv } from "./env.ts";
import type { Answer } from "./exchange.ts";
import { createJsonStorage } from "./json-storage.ts";
import { createManualTimers } from "./manual-timers.testing.ts";
import { createFarewells, type Farewell } from "./sign-out.ts";

const answer = (status: number, body: unknown = {}) => ({ status, body }) as Answer;
const noNetwork = () => Promise.reject(new TypeError("Failed to fetch"));

function setUp(answers: Record<string, () => Answer | Promise<Answer>>, pending: readonly Farewell[] = []) {
  const entries = new Map<string, string>(pending.length > 0 ? [["x:signout", JSON.stringify(pending)]] : []);
  const storage = {
    read: (key: string) => entries.get(key) ?? null,
    write: (key: string, value: string) => void entries.set(key, value),
    remove: (key: string) => void entries.delete(key),
  };
  const sent: string[] = [];
  const timers = createManualTimers();
  const onDone = vi.fn();
  const farewells = createFarewells({
    config: { issuer: "https://x.example", clientId: "app", storage: "cookie", scope: "x" },
    env: { ...timers, random: () => 1 } as unknown as ClientEnv,
    async exchange(path) {
      sent.push(path);
      return (answers[path] ?? noNetwork)();
    },
    shared: createJsonStorage(storage, "x", () => {}),
    onDone,
  });
  return { farewells, sent, timers, onDone, entries };
}

describe("a sign-out", () => {
  it("is told to the server at once", async () => {
    const { farewells, sent, entries, timers } = setUp({ "/signout": () => answer(200) });
    await farewells.add({ sid: "s1" });
    expect([sent, entries.size, timers.delays()]).toEqual([["/signout"], 0, []]);
  });

  it("gives the refresh token back where it is in hand, and ends the browser's session if it is the same", async () => {
    const answers = { "/revoke": () => answer(200, ""), "/session": () => answer(200, { sid: "s1" }) };
    const { farewells, sent } = setUp({ ...answers, "/signout": () => answer(200) });
    await farewells.add({ sid: "s1", refreshToken: "rt" });
    expect(sent).toEqual(["/revoke", "/session", "/signout"]);
  });

  it.each<[string, () => Answer | Promise<Answer>]>([
    ["without network", noNetwork],
    ["while the server fails", () => answer(503, { retryable: true })],
    ["in a captive portal", () => answer(200 + 2)],
  ])("is kept %s, and tried again, later each time up to five minutes", async (_what, reply) => {
    const { farewells, timers } = setUp({ "/signout": reply, "/session": noNetwork });
    await farewells.add({ sid: "s1" });
    const delays: number[] = [];
    for (let turn = 0; turn < 11; turn++) {
      delays.push(...timers.delays());
      timers.runOut();
      await vi.waitFor(() => expect(timers.delays()).not.toEqual([]));
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(delays.slice(0, 4)).toEqual([1000, 2000, 4000, 8000]);
    expect(delays.at(-1)).toBe(300_000);
    expect(farewells.isPending()).toBe(true);
    farewells.dispose();
    expect(timers.delays()).toEqual([]);
  });

  it("is not repeated when the server refuses it for good", async () => {
    const { farewells } = setUp({ "/signout": () => answer(403, { retryable: false }) });
    await farewells.add({ sid: "s1" });
    expect(farewells.isPending()).toBe(false);
  });
});

describe("a sign-out that had to wait", () => {
  const pending = [{ sid: "s1" }];

  it.each<[string, Answer, readonly string[], boolean]>([
    ["ends the session that is still there", answer(200, { sid: "s1" }), ["/session", "/signout"], false],
    ["leaves alone who has signed in since", answer(200, { sid: "s2" }), ["/session"], false],
    ["has nothing to do where nobody is signed in", answer(401), ["/session"], false],
    ["waits on while the server fails", answer(502), ["/session"], true],
  ])("%s", async (_what, session, paths, isPending) => {
    const { farewells, sent } = setUp({ "/session": () => session, "/signout": () => answer(200) }, pending);
    await farewells.flush();
    expect([sent, farewells.isPending()]).toEqual([paths, isPending]);
    farewells.dispose();
  });

  it("lets it be known once it is told", async () => {
    let session = answer(502);
    const { farewells, timers, onDone } = setUp({ "/session": () => session }, pending);
    await farewells.flush();
    session = answer(401);
    timers.runOut();
    await vi.waitFor(() => expect(onDone).toHaveBeenCalledTimes(1));
  });

  it.each(["x", "{}", "7"])("is none where storage holds %s", async (stored) => {
    const { farewells, entries, sent } = setUp({});
    entries.set("x:signout", stored);
    await farewells.flush();
    expect([sent, farewells.isPending()]).toEqual([[], false]);
  });
});
