import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createDeviceSession, createFileStorage, type DeviceSession } from "@holdfast/client/service";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type HoldfastProcess, startHoldfast } from "./support/holdfast-process.ts";
import { signInDevice } from "./support/sign-in-device.ts";

/** How often the device is killed. */
const kills = Number(process.env.DEVICE_KILLS ?? 40);
const config = fileURLToPath(new URL("support/device.config.ts", import.meta.url));
const program = fileURLToPath(new URL("support/device-process.ts", import.meta.url));

let data: string;
let holdfast: HoldfastProcess;
let issuer: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "holdfast-device-"));
  holdfast = await startHoldfast({ data, config });
  issuer = holdfast.ready.issuer;
});
afterAll(async () => {
  await holdfast?.stop();
  await rm(data, { recursive: true, force: true });
});

const fileOf = (name: string) => join(data, `${name}.json`);

async function signIn(name: string): Promise<DeviceSession> {
  const session = createDeviceSession({ issuer, clientId: "sensor", storage: createFileStorage(fileOf(name)) });
  await session.adopt(await signInDevice(issuer, "sensor"));
  return session;
}

it("keeps a session that was begun with a redeemed code, in every process that opens its file", async () => {
  const session = await signIn("kept");
  expect(session.state).toMatchObject({ status: "active", sid: expect.stringMatching(/./) });
  const tokens = new Set([await session.getToken(), await session.getToken({ forceRefresh: true })]);
  const another = createDeviceSession({ issuer, clientId: "sensor", storage: createFileStorage(fileOf("kept")) });
  expect(tokens).toContain(await another.getToken());
  tokens.add(await another.getToken({ forceRefresh: true }));
  tokens.add(await session.getToken({ forceRefresh: true }));
  expect(tokens).not.toContain(null);
  expect(tokens.size).toBeGreaterThanOrEqual(3);
});

it("ends with the session's revocation at the server, and says so", async () => {
  const session = await signIn("revoked");
  const { sid } = session.state as { readonly sid: string };
  await holdfast.command("session", "revoke", sid);
  expect(await session.getToken({ forceRefresh: true })).toBeNull();
  expect(session.state).toMatchObject({ status: "ended", reason: "session_revoked", sid });
});

it("gives its refresh token back when somebody signs out", async () => {
  const session = await signIn("left");
  const { refreshToken } = JSON.parse(await readFile(fileOf("left"), "utf8"));
  await session.signOut();
  expect(session.state).toMatchObject({ status: "ended", reason: "signed_out" });
  const refused = await fetch(`${issuer}/refresh`, {
    method: "POST",
    body: new URLSearchParams({ client_id: "sensor", refresh_token: refreshToken }),
  });
  expect(refused.status).toBe(400);
  expect(await readFile(fileOf("left"), "utf8")).not.toContain(refreshToken);
});

it(
  `outlives ${kills} kills at any moment, with no overlap to help it`,
  async () => {
    (await signIn("killed")).dispose();
    const refreshMs = await timeOfOneRefresh(fileOf("killed"));
    let refreshes = 0;
    let interrupted = 0;
    for (let round = 0; round < kills; round += 1) {
      const device = startDevice(fileOf("killed"));
      await device.said(1 + (round % 3));
      // A moment that differs from round to round, so that every step meets its kill.
      await wait(((round * 7) % 20) * (refreshMs / 20));
      device.child.kill("SIGKILL");
      await device.exited;
      expect(device.lines).not.toContain("ended");
      refreshes += device.lines.filter((line) => line === "refreshed").length;
      const { attemptKey } = JSON.parse(await readFile(fileOf("killed"), "utf8"));
      if (attemptKey !== null) interrupted += 1;
    }
    const session = createDeviceSession({ issuer, clientId: "sensor", storage: createFileStorage(fileOf("killed")) });
    expect(await session.getToken({ forceRefresh: true })).toMatch(/./);
    // The kills met what they were to meet: refreshes under way, some of them answered already.
    expect(refreshes).toBeGreaterThan(kills / 2);
    expect(interrupted).toBeGreaterThan(kills / 4);
    expect(await verdictsCounted("replayed")).toBeGreaterThan(0);
    expect(await verdictsCounted("reused")).toBe(0);
  },
  60_000 + kills * 3_000,
);

function startDevice(file: string) {
  const child: ChildProcess = spawn(process.execPath, [program, issuer, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const lines: string[] = [];
  if (!child.stdout) throw new Error("standard output is not piped");
  const output = createInterface({ input: child.stdout });
  output.on("line", (line) => lines.push(line));
  /** Waits until it has said so many lines, or has ended. */
  async function said(count: number): Promise<void> {
    while (lines.length < count && child.exitCode === null) await Promise.race([once(output, "line"), exited]);
  }
  return { child, exited, said, lines };
}

/** Milliseconds, as long as nobody is killed. */
async function timeOfOneRefresh(file: string): Promise<number> {
  const device = startDevice(file);
  await device.said(2);
  const began = performance.now();
  await device.said(12);
  device.child.kill("SIGKILL");
  await device.exited;
  return (performance.now() - began) / 10;
}

async function verdictsCounted(verdict: string): Promise<number> {
  const text = await (await fetch(`${holdfast.ready.management}/metrics`)).text();
  const line = new RegExp(`^holdfast_refreshes_total\\{[^}]*verdict="${verdict}"[^}]*\\} (\\d+)`, "m").exec(text);
  return Number(line?.[1] ?? 0);
}
