import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import { parseConfig } from "../config/index.ts";
import { clientNamed, testSecret } from "../grants/refresh.testing.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import { type ReplicatedPostgres, startReplicatedPostgres } from "../storage/embedded/replicated.testing.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

const day = 86_400_000;
const config = parseConfig(
  { secret: testSecret, clients: [clientNamed("device")], sessions: { endOnReuse: false } },
  { mode: "development", developmentSecret: () => testSecret },
);
const logger = createLogger({ level: "fatal", destination: { write: () => {} } });
const clock = createManualClock();

let directory: string;
let postgres: ReplicatedPostgres;
let here: Holdfast;
let there: Holdfast;
// One failover for all tests: each takes its own person from it.
let scene: Awaited<ReturnType<typeof failOver>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hf-"));
  await chmod(directory, 0o755);
  postgres = await startReplicatedPostgres(directory);
  here = await startNode();
  there = await startNode();
  scene = await failOver();
}, 60_000);

afterAll(async () => {
  await here?.close();
  await there?.close();
  await postgres?.stop();
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

const startNode = () => createHoldfast(config, { connection: postgres.connection, clock, logger });

const signIn = (name: string) =>
  startSession({ holdfast: here } as TestInstance, { email: `${name}@example.com`, clientId: "device" });

function present(node: Holdfast, refreshToken: string, idempotencyKey: string | null = null) {
  const client = node.clients.choose("device");
  const source = { requestId: "test", address: null, userAgent: null };
  return node.grants.refresh.present({ refreshToken, client, isProved: true, idempotencyKey, source });
}

/** Presents a token that must be answered; the token that it got. */
async function refresh(node: Holdfast, refreshToken: string, key: string | null = null) {
  const outcome = await present(node, refreshToken, key);
  if (outcome.kind === "refused") throw new Error(`refused: ${outcome.reason}`);
  return outcome.refreshToken;
}

/** What everybody did before the failover: up to a moment in the replica as well, and then in the part that was lost. */
async function failOver() {
  const [honest, woken, repeated, signedOut, revokedThere, robbed] = [
    await signIn("honest"),
    await signIn("woken"),
    await signIn("repeated"),
    await signIn("signed-out"),
    await signIn("revoked-there"),
    await signIn("robbed"),
  ];
  const second = await refresh(here, repeated.refreshToken, "repeated");
  clock.advance(13.9 * day);
  const used = await Promise.all(
    [honest, signedOut, revokedThere, robbed].map((each) => refresh(here, each.refreshToken)),
  );
  const [honestToken = "", signedOutToken = "", revokedToken = "", robbedToken = ""] = used;
  await postgres.cutReplicaOff();

  const newest = await refresh(there, await refresh(here, honestToken));
  const wokenToken = await refresh(here, woken.refreshToken);
  await refresh(here, repeated.refreshToken, "repeated");
  await here.sessions.revoke({ id: signedOut.session.id }, "signed_out");
  await there.sessions.revoke({ id: revokedThere.session.id }, "session_revoked");
  await refresh(here, robbedToken);
  clock.advance(60_000);
  const thief = await present(here, robbedToken);
  await vi.waitFor(() => {
    for (const id of [signedOut.grantId, revokedThere.grantId, robbed.grantId]) {
      expect([id, here.failover.hasEnded(id), there.failover.hasEnded(id)]).toEqual([id, true, true]);
    }
  });
  const before = { here: here.failover.epoch, there: there.failover.epoch };

  await postgres.failOver();
  await vi.waitFor(() => Promise.all([here.sessions.list({ limit: 1 }), there.sessions.list({ limit: 1 })]), 10_000);
  return {
    ...{ before, thief, newest, wokenToken, repeatedToken: second },
    signedOut: { ...signedOut, refreshToken: signedOutToken },
    revokedThere: { ...revokedThere, refreshToken: revokedToken },
    robbed: { ...robbed, refreshToken: robbedToken },
  };
}

const reasonFor = async (node: Holdfast, refreshToken: string) => {
  const outcome = await present(node, refreshToken);
  return outcome.kind === "refused" ? outcome.reason : outcome.verdict;
};

describe("after a failover that lost the newest commits", () => {
  it("who had signed out stays signed out, on the node that knew first and on the other", async () => {
    const { session, cookie, refreshToken } = scene.signedOut;
    expect(await there.sessions.authenticate(cookie)).toBeNull();
    expect(await here.sessions.authenticate(cookie)).toBeNull();
    expect(await reasonFor(there, refreshToken)).toBe("signed_out");
    expect(await reasonFor(here, refreshToken)).toBe("signed_out");
    expect(await here.sessions.find(session.id)).toMatchObject({ revokedReason: "signed_out" });
  });

  it("a session that was revoked on another node stays revoked", async () => {
    expect(await reasonFor(here, scene.revokedThere.refreshToken)).toBe("session_revoked");
  });

  it("nothing is begun under a session that had ended", async () => {
    const { session, account } = scene.signedOut;
    const source = { requestId: "test", address: null, userAgent: null };
    const client = here.clients.choose("device");
    await expect(here.admission.enter({ client, session, accountId: account.id, source })).rejects.toMatchObject({
      code: "session_revoked",
    });
  });

  it("a grant that a thief's token had ended stays ended, though its session lives", async () => {
    expect(scene.thief.verdict).toBe("reused");
    expect(await reasonFor(there, scene.robbed.refreshToken)).toBe("reuse_detected");
    expect(await here.sessions.find(scene.robbed.session.id)).toMatchObject({ revokedAt: null });
  });

  it("each is ended again once, by an event that says why", async () => {
    const timeline = await here.timeline.explain(scene.signedOut.session.id);
    const titles = timeline?.entries.map(({ title }) => title) ?? [];
    expect(titles.filter((title) => title.includes("again"))).toEqual([
      "The tokens of device ended again, after a failover that had lost their end: signed out",
      "Ended again, after a failover that had lost its end: signed out",
    ]);
  });

  it("an honest client goes on from the token it holds", async () => {
    const outcome = await present(there, scene.newest);
    expect(outcome).toMatchObject({ kind: "answered", verdict: "recovered" });
    if (outcome.kind === "answered") expect((await present(here, outcome.refreshToken)).verdict).toBe("rotated");
  });

  it("all nodes have entered the new epoch, and one that starts now knows when it began", async () => {
    expect(scene.before.here).toEqual({ timeline: "00000001", promotedAt: null });
    expect(scene.before.there).toEqual(scene.before.here);
    const newcomer = await startNode();
    try {
      const entered = { timeline: "00000002", promotedAt: new Date(clock.now()) };
      expect([here, there, newcomer].map(({ failover }) => failover.epoch)).toEqual([entered, entered, entered]);
    } finally {
      await newcomer.close();
    }
  });
});

describe("near the idle limit, after a failover that lost the last use", () => {
  it("the limit counts from the promotion: for a token that proves the loss, and for one that does not", async () => {
    // Fifteen days after the last use that the database knows of, and one after the last there was.
    clock.advance(day);
    expect(await reasonFor(here, scene.wokenToken)).toBe("recovered");
    expect(await reasonFor(there, scene.repeatedToken)).toBe("rotated");
  });

  it("and passes like any other", async () => {
    clock.advance(14 * day);
    expect(await reasonFor(here, scene.wokenToken)).toBe("session_expired");
  });
});
