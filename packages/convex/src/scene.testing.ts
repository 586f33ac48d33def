import { setImmediate } from "node:timers/promises";
import { BaseConvexClient, type BaseConvexClientOptions } from "convex/browser";
import { onTestFinished, vi } from "vitest";
import { WebSocket as NodeWebSocket } from "ws";
import { type SyncServer, type SyncServerOptions, startSyncServer } from "./testing/sync-server.ts";

/** For every Convex client of a test: no questions on leaving the page, no log, and a socket of this process. */
export const convexOptions: BaseConvexClientOptions = {
  webSocketConstructor: NodeWebSocket as unknown as typeof WebSocket,
  unsavedChangesWarning: false,
  skipConvexDeploymentUrlCheck: true,
  logger: false,
};

export interface Scene {
  readonly server: SyncServer;
  readonly convex: BaseConvexClient;
  /** What Convex said of being signed in, in order. */
  readonly says: boolean[];
}

/** A deployment and a real Convex client of it; timers and the date stand still until the test moves them. */
export async function createScene(
  options: Partial<BaseConvexClientOptions> = {},
  serverOptions: SyncServerOptions = {},
): Promise<Scene> {
  const server = await startServer(serverOptions);
  const convex = new BaseConvexClient(server.url, () => {}, { ...convexOptions, ...options });
  onTestFinished(() => convex.close());
  return { server, convex, says: [] };
}

export async function startServer(options: SyncServerOptions = {}): Promise<SyncServer> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  const server = await startSyncServer(options);
  onTestFinished(async () => {
    vi.useRealTimers();
    await server.close();
  });
  return server;
}

/** Waits for what goes through real sockets; the test's time stands still meanwhile. */
export async function until(condition: () => boolean, what = condition.toString()): Promise<void> {
  const deadline = performance.now() + 4_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never came: ${what}`);
    await turn();
  }
}

/** Lets everything that is on its way arrive: enough turns for a few messages there and back. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 50; turns++) await turn();
}

/** One turn of the event loop, with the timers that are due now. */
async function turn(): Promise<void> {
  await setImmediate();
  vi.advanceTimersByTime(0);
}

/** Moves the test's time, in steps in which the server's pings arrive. */
export async function pass(seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= 15) {
    await vi.advanceTimersByTimeAsync(Math.min(left, 15) * 1_000);
    await settle();
  }
}

/** What nobody catches while the work runs. */
export async function unhandledDuring(work: () => Promise<void>): Promise<unknown[]> {
  const reasons: unknown[] = [];
  const others = process.rawListeners("unhandledRejection") as NodeJS.UnhandledRejectionListener[];
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => reasons.push(reason));
  try {
    await work();
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of others) process.on("unhandledRejection", listener);
  }
  return reasons;
}
