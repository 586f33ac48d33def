import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { followFeed } from "../feed/feed.testing.ts";
import { createTestPlace, isAlive, type TestDev } from "./cli.testing.ts";

interface ReadyLine {
  readonly issuer: string;
  readonly example: string | null;
  readonly console: string | null;
  readonly practice: string;
  readonly management: string;
  readonly pids: Readonly<Record<"server" | "postgres" | "example", number>>;
}

// A program that says where it is and ends when its input does, as the example does.
const companion = "console.log(JSON.stringify({ web: 'http://localhost:1' })); process.stdin.resume()";

const place = createTestPlace();
const inPlace = ["--data", place.data, "--json"];
let dev: TestDev;
let ready: ReadyLine;

async function boot(): Promise<void> {
  dev = await place.startDev("--port", "0", "--json");
  ready = JSON.parse(dev.stdout[0] ?? "");
}

const holdfast = (...args: string[]) => place.run([...args, ...inPlace]);

async function createSession() {
  const result = await holdfast("session", "create", "--user", "grace@example.com");
  expect(result).toMatchObject({ exitCode: 0, stderr: "" });
  return result.json<
    Record<"sid" | "refresh_token" | "access_token" | "user" | "account" | "session_cookie", string>
  >();
}

function refresh(refreshToken: string): Promise<Response> {
  const body = new URLSearchParams({ refresh_token: refreshToken, client_id: "device" });
  return fetch(`${ready.issuer}/refresh`, { method: "POST", body });
}

beforeAll(async () => {
  place.writeConfig({
    clients: [
      {
        id: "device",
        audience: "https://api.example.com",
        refreshToken: "body",
        signin: { success: "http://localhost:5999" },
      },
    ],
    companions: [{ name: "example", command: ["node", "-e", companion] }],
  });
  await boot();
}, 40_000);
afterAll(async () => {
  dev.child.kill("SIGKILL");
  await vi.waitUntil(() => !isAlive(ready.pids.postgres), { timeout: 10_000 });
  place.remove();
}, 15_000);

describe("holdfast dev --json", () => {
  it("prints one line: where everything is, and its processes", () => {
    expect(dev.stdout).toHaveLength(1);
    expect(ready).toMatchObject({
      issuer: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      example: "http://localhost:1",
      console: null,
      practice: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      management: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
    expect(ready.pids.server).toBe(dev.child.pid);
    for (const pid of Object.values(ready.pids)) expect(isAlive(pid)).toBe(true);
  });

  it("logs JSON lines on standard error, and warns that it is for development", () => {
    const lines = dev.stderr.map((line) => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({ level: "warn", msg: expect.stringMatching(/development mode/) }),
    );
  });

  it("serves the issuer, the practice provider and the metrics where it says", async () => {
    const metadata = await fetch(`${ready.issuer}/.well-known/openid-configuration`);
    expect(await metadata.json()).toMatchObject({ issuer: ready.issuer });
    expect((await fetch(`${ready.practice}/.well-known/openid-configuration`)).status).toBe(200);
    expect(await (await fetch(`${ready.management}/metrics`)).text()).toContain(
      'holdfast_feed_followers{kind="stream",service=""} 0',
    );
  });
});

describe("beside the running server", () => {
  it("session create makes a session whose tokens work, list shows it, and revoke ends it everywhere", async () => {
    const session = await createSession();
    expect(session).toMatchObject({
      client: "device",
      token_type: "Bearer",
      expires_in: 900,
      access_token: expect.stringMatching(/^ey/),
    });
    const refreshed = await refresh(session.refresh_token);
    expect(refreshed.status).toBe(200);
    const { refresh_token, sid } = await refreshed.json();
    expect(sid).toBe(session.sid);

    const listed = (await holdfast("session", "list")).json<{ sid: string }[]>();
    expect(listed).toContainEqual(expect.objectContaining({ sid, user: session.user, revoked_at: null }));

    const follower = await followFeed(ready);
    await follower.caughtUp();
    expect((await holdfast("session", "revoke", sid)).json()).toEqual({ revoked: { sessions: 1, grants: 1 } });
    await follower.untilRevoked(sid, 2_000);
    await follower.close();
    const refused = await refresh(refresh_token);
    expect(await refused.json()).toMatchObject({ error: "invalid_grant", reason: "session_revoked", retryable: false });
    expect((await holdfast("session", "list")).json()).not.toContainEqual(expect.objectContaining({ sid }));
  });

  it.each<[string[], string, RegExp]>([
    [["session", "revoke", "nonsense"], "revocation_target_unknown", /no session nonsense/],
    [["session", "list", "--limit", "many"], "invalid_request", /--limit/],
    [["session", "create", "--user", "a@b.example", "--client", "x"], "client_unknown", /.+/],
  ])("holdfast %j is refused in one JSON line", async (args, code, detail) => {
    const result = await holdfast(...args);
    expect(result).toMatchObject({ exitCode: 1, stdout: "" });
    expect(result.error()).toMatchObject({
      error: code,
      detail: expect.stringMatching(detail),
      action: expect.any(String),
    });
  });

  it("keys rotate makes the next key, which the server publishes", async () => {
    const [current] = (await holdfast("keys", "list")).json<{ id: string; status: string }[]>();
    expect(current).toMatchObject({ status: "signing", algorithm: "ES256" });
    const next = (await holdfast("keys", "rotate")).json<{ id: string }>();
    expect(next).toMatchObject({ status: "next" });
    const published = async () => {
      const { keys } = await (await fetch(`${ready.issuer}/jwks`)).json();
      return keys.map(({ kid }: { kid: string }) => kid);
    };
    await expect.poll(published, { timeout: 3_000 }).toEqual(expect.arrayContaining([current?.id, next.id]));
  });

  it("migrate finds nothing to do", async () => {
    expect((await holdfast("migrate")).json()).toMatchObject({ schema: "holdfast", applied: [] });
  });

  it("doctor finds everything in order", async () => {
    const result = await holdfast("doctor");
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(result.json()).toMatchObject({ healthy: true });
  });

  it("a second server on the same data is refused, and told who holds it", async () => {
    const result = await holdfast("dev", "--port", "0");
    expect(result).toMatchObject({ exitCode: 1, stdout: "" });
    // What was logged before stands above it.
    const error = JSON.parse(result.stderr.trimEnd().split("\n").at(-1) ?? "");
    expect(error).toMatchObject({ error: "data_locked", action: expect.stringMatching(/Stop that process|--data/) });
    expect(error.detail).toContain(String(ready.pids.server));
    expect(error.detail).toContain("holdfast dev");
  });
});

describe("a port that is taken", () => {
  let taken: Server;
  let port: number;
  beforeAll(async () => {
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen({ port: 0, host: "127.0.0.1" }, resolve));
    const address = taken.address();
    port = typeof address === "object" && address ? address.port : 0;
  });
  afterAll(() => void taken.close());

  it("is named, with what to do, before anything is started", async () => {
    const result = await place.run(["dev", "--port", String(port), "--json"]);
    expect(result).toMatchObject({ exitCode: 1, stdout: "" });
    const error = result.error();
    expect(error).toMatchObject({ error: "port_in_use", action: expect.stringContaining("--port") });
    expect(error.detail).toContain(String(port));
  });
});

describe("the end", () => {
  it("by kill -9 takes PostgreSQL and the companions along, and the next start has everything acknowledged", async () => {
    const [kept, ended] = [await createSession(), await createSession()];
    await holdfast("session", "revoke", ended.sid);
    const before = ready;
    await dev.end("SIGKILL");
    for (const pid of [before.pids.postgres, before.pids.example]) {
      await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
    }
    await boot();
    expect((await refresh(kept.refresh_token)).status).toBe(200);
    expect(await (await refresh(ended.refresh_token)).json()).toMatchObject({ reason: "session_revoked" });
  }, 40_000);

  it("by SIGTERM is orderly and quick, also with a follower on the feed, and leaves no process", async () => {
    const follower = await followFeed(ready);
    await follower.caughtUp();
    const started = performance.now();
    expect(await dev.end("SIGTERM")).toEqual({ code: 0, signal: null });
    expect(performance.now() - started).toBeLessThan(8_000);
    await follower.ended;
    for (const pid of Object.values(ready.pids)) expect(isAlive(pid)).toBe(false);
    expect(dev.stdout).toHaveLength(1);
  });

  it("is what doctor then finds: the database is fine, the server is not there", async () => {
    const result = await holdfast("doctor");
    expect(result.exitCode).toBe(1);
    const { healthy, sections } = result.json<{ healthy: boolean; sections: { findings: { check: string }[] }[] }>();
    expect(healthy).toBe(false);
    const findings = sections.flatMap((section) => section.findings);
    expect(findings).toContainEqual(expect.objectContaining({ check: "database", status: "ok" }));
    expect(findings).toContainEqual({
      check: "reachability",
      status: "failure",
      detail: expect.stringMatching(/cannot be reached: .+ Is the server running\?$/),
    });
  });
});
