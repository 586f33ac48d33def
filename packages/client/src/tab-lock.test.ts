import { describe, expect, it, vi } from "vitest";
import type { ClientEnv, TabLocks } from "./env.ts";
import { createManualTimers } from "./manual-timers.testing.ts";
import { takeTurn } from "./tab-lock.ts";

function setUp(locks: TabLocks | null) {
  const timers = createManualTimers();
  return { env: { ...timers, locks } as unknown as ClientEnv, timers };
}

/** A lock that somebody else holds until they are told to let go. */
function heldLock() {
  let grant = () => {};
  const released = vi.fn();
  const locks: TabLocks = {
    request: (_name, { signal }, work) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
        grant = () =>
          void work()
            .then(released)
            .then(resolve as () => void, reject);
      }),
  };
  return { locks, grant: () => grant(), released };
}

describe("waiting for the tab's turn", () => {
  it("ends when the lock is given, which is held until the turn ends", async () => {
    const { locks, grant, released } = heldLock();
    const { env, timers } = setUp(locks);
    const turn = takeTurn(env, "x");
    grant();
    const end = await turn;
    await Promise.resolve();
    expect(released).not.toHaveBeenCalled();
    expect(timers.delays()).toEqual([]);
    end();
    await vi.waitFor(() => expect(released).toHaveBeenCalled());
  });

  it("ends after eight seconds without it; what is given later is handed on", async () => {
    const { locks, grant, released } = heldLock();
    const { env, timers } = setUp(locks);
    const turn = takeTurn(env, "x");
    expect(timers.delays()).toEqual([8000]);
    timers.runOut();
    await turn;
    grant();
    await vi.waitFor(() => expect(released).toHaveBeenCalled());
  });

  it("ends early when there is no point in it any more", async () => {
    const { env, timers } = setUp(heldLock().locks);
    const giveUp = new AbortController();
    const turn = takeTurn(env, "x", giveUp.signal);
    giveUp.abort();
    await turn;
    expect(timers.delays()).toEqual([]);
  });

  it.each<[string, TabLocks | null]>([
    ["where there are no locks", null],
    ["where asking rejects", { request: () => Promise.reject(new DOMException("No.", "SecurityError")) }],
    [
      "where asking throws",
      {
        request: () => {
          throw new DOMException("No.", "SecurityError");
        },
      },
    ],
  ])("is no wait %s", async (_what, locks) => {
    const { env, timers } = setUp(locks);
    (await takeTurn(env, "x"))();
    expect(timers.delays()).toEqual([]);
  });
});
