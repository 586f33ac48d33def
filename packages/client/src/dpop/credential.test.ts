import { webcrypto } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createClock } from "../clock.ts";
import type { ClientEnv, KeyVault, VaultEntry } from "../env.ts";
import { createManualTimers } from "../manual-timers.testing.ts";
import { createWorld, hours, type World } from "../testing/index.ts";
import { createDpopCredential } from "./credential.ts";

const never = () => new Promise<never>(() => {});

function createVault(): KeyVault & { readonly entries: Map<string, VaultEntry> } {
  const entries = new Map<string, VaultEntry>();
  return {
    entries,
    read: async (name) => entries.get(name) ?? null,
    write: async (name, entry) => void entries.set(name, entry),
    remove: async (name) => void entries.delete(name),
  };
}

function setUp(vault: KeyVault | null, subtle: unknown = webcrypto.subtle) {
  const timers = createManualTimers();
  const env = { ...timers, wallNow: () => 0, monotonicNow: () => 0, randomId: () => "id", subtle, vault };
  const onFailure = vi.fn();
  const name = "holdfast";
  const clientEnv = env as unknown as ClientEnv;
  return {
    credential: createDpopCredential(clientEnv, createClock(clientEnv), { name, onFailure }),
    timers,
    onFailure,
  };
}

describe("a refresh token bound to a key", () => {
  it("is kept with a key that nobody can read out, and found again by the next page", async () => {
    const vault = createVault();
    const { credential } = setUp(vault);
    await credential.prepare?.();
    await credential.keep?.("rt");
    expect(vault.entries.get("holdfast")?.keys.privateKey.extractable).toBe(false);
    const next = setUp(vault).credential;
    expect(await next.load?.()).toBe("rt");
    expect(await next.prove?.("POST", "https://x.example")).toEqual({
      DPoP: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
  });

  it("is none where the vault is empty: its key is gone", async () => {
    await expect(setUp(createVault()).credential.load?.()).rejects.toMatchObject({ code: "login_required" });
  });

  it.each<[string, KeyVault | null, number]>([
    ["is blocked", null, 0],
    [
      "fails",
      { read: () => Promise.reject(new Error("no")), write: () => Promise.reject(new Error("no")), remove: never },
      2,
    ],
  ])("lives as long as the tab where the vault %s", async (_what, vault, failures) => {
    const { credential, onFailure } = setUp(vault);
    await credential.prepare?.();
    await credential.keep?.("rt");
    expect(await credential.load?.()).toBe("rt");
    expect(onFailure).toHaveBeenCalledTimes(failures);
  });

  it("waits three seconds for a vault that never answers, and no longer", async () => {
    const { credential, timers } = setUp({ read: never, write: never, remove: never });
    await credential.prepare?.();
    const kept = credential.keep?.("rt");
    expect(timers.delays()).toEqual([3000]);
    timers.runOut();
    await kept;
    const loaded = credential.load?.();
    timers.runOut();
    expect(await loaded).toBe("rt");
  });

  it("needs a secure context, and says so", async () => {
    await expect(setUp(createVault(), null).credential.prepare?.()).rejects.toMatchObject({ code: "config_error" });
  });

  it("is worth another try when the server gives a nonce, and only then", async () => {
    const { credential } = setUp(createVault());
    const learn = (nonce?: string) =>
      credential.learn?.(new Headers(nonce === undefined ? {} : { "DPoP-Nonce": nonce }));
    expect([learn(), learn("n1"), learn("n1"), learn(), learn("n2")]).toEqual([false, true, false, false, true]);
  });
});

describe("a session in mode dpop", () => {
  let world: World;
  afterEach(() => world.end());

  it("holds for days, in every tab and after a reload, though its refresh token never changes", async () => {
    world = createWorld({ storage: "dpop" });
    const tab = await world.signIn();
    await world.run(hours(50));
    tab.reopen();
    const other = world.openTab();
    await world.run(hours(1));
    expect([tab.status, other.status]).toEqual(["active", "active"]);
  });
});
