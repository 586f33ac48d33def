/** What a service makes of a network that fails between it and the feed. Our verifier against our server. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createVerifier, type Verifier } from "@holdfast/verify";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type HoldfastProcess, startHoldfast } from "./support/holdfast-process.ts";
import { startTcpProxy, type TcpProxy } from "./support/tcp-proxy.ts";

const config = fileURLToPath(new URL("support/crash.config.ts", import.meta.url));
const noticedWithinMs = 10_000;

let data: string;
let holdfast: HoldfastProcess;
let proxy: TcpProxy;
let verifier: Verifier;
let resyncs: number;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "holdfast-feed-faults-"));
  holdfast = await startHoldfast({ data, config });
});
beforeEach(async () => {
  const { issuer } = holdfast.ready;
  proxy = await startTcpProxy(Number(new URL(issuer).port));
  const throughProxy = (url: string, init?: RequestInit) => fetch(url.replace(issuer, proxy.origin), init);
  verifier = createVerifier({ issuer, audience: "https://api.example.com", fetch: throughProxy as typeof fetch });
  resyncs = 0;
  verifier.on("feed_resync", () => {
    resyncs += 1;
  });
  await verifier.ready();
  expect(feedState()).toBe("following");
});
afterEach(async () => {
  await verifier.close();
  await proxy.close();
});
afterAll(async () => {
  await holdfast.stop();
  await rm(data, { recursive: true, force: true });
});

const feedState = () => verifier.status().feed.state;
const verdict = (token: string) =>
  verifier.verify(token).then(
    () => "good",
    (error: { readonly code?: string }) => error.code,
  );

async function createSession() {
  const made = await holdfast.command("session", "create", "--user", "ada@example.com", "--client", "honest");
  return made as { readonly sid: string; readonly access_token: string };
}

it("a connection that is cut goes on from its cursor: what happened meanwhile is told, and no resync needed", async () => {
  const { sid, access_token } = await createSession();
  expect(await verdict(access_token)).toBe("good");
  const before = proxy.connections;
  proxy.cut();
  await holdfast.command("session", "revoke", sid);
  await expect.poll(() => verdict(access_token), { timeout: noticedWithinMs }).toBe("token_revoked");
  expect(proxy.connections).toBeGreaterThan(before);
  expect(resyncs).toBe(0);
});

it("a half-open connection is noticed within 10 s, and what it hid is told after", async () => {
  const { sid, access_token } = await createSession();
  expect(await verdict(access_token)).toBe("good");
  proxy.swallow();
  const began = performance.now();
  await holdfast.command("session", "revoke", sid);
  await expect.poll(feedState, { timeout: noticedWithinMs + 5_000, interval: 20 }).toBe("lost");
  expect(performance.now() - began).toBeLessThan(noticedWithinMs + 500);
  expect(await verdict(access_token)).toBe("good");

  proxy.recover();
  await expect.poll(() => verdict(access_token), { timeout: 20_000 }).toBe("token_revoked");
});
