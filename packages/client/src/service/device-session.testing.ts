import { createDeviceSession, type DeviceSession } from "./device-session.ts";
import { createFakeServer, type FakeServer } from "./fake-server.testing.ts";
import { createManualEnv, type ManualEnv } from "./manual-env.testing.ts";
import { createMemoryStorage, type SessionStorage } from "./session-storage.ts";

export interface DeviceSetting {
  readonly server: FakeServer;
  readonly env: ManualEnv;
  readonly storage: SessionStorage;
  readonly session: DeviceSession;
  /** Every state it has been in, and every trouble and warning it told. */
  readonly story: readonly string[];
  /** Another process on the same storage. */
  another(): DeviceSession;
  /** What stands in storage. */
  record(): Promise<Record<string, unknown>>;
}

/** A device that nobody is signed in on. */
export function createDevice({
  storage = createMemoryStorage(),
}: {
  readonly storage?: SessionStorage;
} = {}): DeviceSetting {
  const server = createFakeServer();
  const env = createManualEnv(server.fetch);
  server.now = () => env.wallNow();
  const another = () =>
    createDeviceSession({ issuer: server.issuer, clientId: "sensor", scope: "offline_access", storage, env });
  const session = another();
  const story: string[] = [];
  session.subscribe(() => story.push(session.state.status));
  session.on("trouble", ({ code }) => story.push(code));
  session.on("warning", ({ code }) => story.push(`warning ${code}`));
  session.on("ended", ({ reason }) => story.push(`ended ${reason}`));
  const record = async () => JSON.parse((await storage.read()) ?? "{}");
  return { server, env, storage, session, story, another, record };
}

/** The same, with a session of which `rt-1` and `at-0` are in hand. */
export async function createSignedInDevice(options: Parameters<typeof createDevice>[0] = {}): Promise<DeviceSetting> {
  const device = createDevice(options);
  const tokens = { access_token: "at-0", token_type: "Bearer", expires_in: 900, refresh_token: "rt-1", sid: "s-1" };
  await device.session.adopt(tokens);
  return device;
}
