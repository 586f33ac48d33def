/** A tab that hears at once what happens to its session: the client's side against a real server, over real HTTP. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FollowedClient, followSession } from "@holdfast/client/push";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type HoldfastProcess, startHoldfast } from "./support/holdfast-process.ts";

const config = fileURLToPath(new URL("support/services.config.ts", import.meta.url));

let data: string;
let holdfast: HoldfastProcess;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "holdfast-push-"));
  holdfast = await startHoldfast({ data, config });
});
afterAll(async () => {
  await holdfast?.stop();
  await rm(data, { recursive: true, force: true });
});

interface Created {
  readonly sid: string;
  readonly access_token: string;
}

/** A client in the hands of a page that has a token, and notes when it is asked to look. */
function createClient({ sid, access_token }: Created) {
  let tellChecked: () => void = () => {};
  const checked = new Promise<number>((resolve) => {
    tellChecked = () => resolve(performance.now());
  });
  const state = { status: "active", isAuthenticated: true, isLoading: false, sid, user: null } as const;
  const client: FollowedClient = {
    state,
    subscribe: () => () => undefined,
    getToken: async () => access_token,
    async check() {
      tellChecked();
      return state;
    },
  };
  return { client, checked };
}

it("a revocation by another process is heard within a second", async () => {
  const made = (await holdfast.command(
    "session",
    "create",
    "--user",
    "ada@example.com",
    "--client",
    "honest",
  )) as Created;
  const { client, checked } = createClient(made);
  const { promise: isOpen, resolve: opened } = Promise.withResolvers<void>();
  const stop = followSession(client, {
    ...{ issuer: holdfast.ready.issuer, clientId: "honest", storage: "memory" },
    env: {
      async fetch(input, init) {
        const response = await fetch(input, init);
        expect(response.status).toBe(200);
        opened();
        return response;
      },
      wallNow: Date.now,
      setTimer: (callback, delay) => setTimeout(callback, delay),
      clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
      random: Math.random,
      locks: null,
      lifecycle: { isOnline: () => true, isVisible: () => true, listen: () => () => undefined },
    },
  });
  await isOpen;
  await holdfast.command("session", "revoke", made.sid);
  const acknowledged = performance.now();
  expect((await checked) - acknowledged).toBeLessThan(1_000);
  stop();
});
