import type { ControlledServer } from "../../../packages/client/src/testing/virtual-server.ts";
import type { WorldOptions } from "../../../packages/client/src/testing/world-options.ts";
import { createManualClock } from "../../../packages/server/src/clock/clock.ts";
import { testSecret } from "../../../packages/server/src/grants/refresh.testing.ts";
import { createTestInstance, type TestInstance } from "../../../packages/server/src/testing/instance.ts";
import { createEngineServer } from "./engine-server.ts";

/** Instances of the real engine for virtual worlds: worlds with the same settings share one, with people of their own. */
export interface Engines {
  serverFor(options: WorldOptions): Promise<ControlledServer>;
  close(): Promise<void>;
}

const app = "https://app.example.com";
const api = "https://api.example.com";
// As the reference server has them.
const idle = "30d";
const absolute = "365d";
// A Monday morning, when every world begins.
const epoch = Date.UTC(2025, 0, 6, 9);

export function createEngines(): Engines {
  const instances = new Map<string, Promise<TestInstance>>();

  function instanceFor({
    issuer = "https://login.example.com",
    storage = "cookie",
    access = 300_000,
    overlap = 30_000,
  }: WorldOptions) {
    const isCookie = storage === "cookie";
    const tokens = { access: access / 1000, overlap: overlap / 1000, refreshIdle: idle, refreshAbsolute: absolute };
    const client = {
      id: "app",
      audience: api,
      origins: [app],
      refreshToken: isCookie ? ("cookie" as const) : ("body" as const),
      signin: { success: isCookie ? `${app}/` : `${app}/callback` },
    };
    const key = JSON.stringify([issuer, client.refreshToken, tokens]);
    const known = instances.get(key);
    if (known) return known;
    const made = createTestInstance({
      hasPractice: false,
      clock: createManualClock(epoch),
      config: { issuer, secret: testSecret, clients: [client], tokens, sessions: { idle, absolute } },
    });
    instances.set(key, made);
    return made;
  }

  return {
    async serverFor(options) {
      const instance = await instanceFor(options);
      instance.clock.set(epoch);
      return createEngineServer({ instance, api });
    },
    async close() {
      for (const instance of await Promise.all(instances.values())) await instance.close();
    },
  };
}
