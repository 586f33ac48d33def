import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import { parseConfig } from "../config/index.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import { createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { digestOf, followFeed, revokedSessions, type TestFollower } from "./feed.testing.ts";

const secret = randomBytes(32).toString("base64");
const minuteMs = 60_000;

let before: TestInstance;
let after: Holdfast | undefined;
const followers: TestFollower[] = [];
beforeEach(async () => {
  const config = { secret, clients: [testClient], tokens: { access: "2h" } };
  before = await createTestInstance({ hasPractice: false, clock: createManualClock(), config });
});
afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.close();
  await after?.close();
  await before.close();
});

/** The same instance, as it is started after somebody has made its access tokens shorter. */
async function restartWithShorterTokens(): Promise<void> {
  const config = parseConfig(
    {
      ...{ issuer: before.issuer, secret, clients: [testClient], tokens: { access: "5m" } },
      database: { schema: before.schema, poolSize: 3 },
    },
    { mode: "development" },
  );
  const options = { connection: inject("postgres"), clock: before.clock, logger: createLogger({ level: "silent" }) };
  after = await createHoldfast(config, options);
}

async function followAfter(): Promise<TestFollower> {
  const follower = await followFeed(before, { ask: (request) => after?.fetch(request) ?? Response.error() });
  followers.push(follower);
  await follower.caughtUp();
  return follower;
}

async function revokeBefore(): Promise<string> {
  const { session } = await startSession(before);
  await before.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
  return session.id;
}

describe("after access tokens were made shorter", () => {
  it("a revocation is told for as long as a token of before may live", async () => {
    const sessionId = await revokeBefore();
    await restartWithShorterTokens();
    before.clock.advance(119 * minuteMs);
    const newcomer = await followAfter();
    expect(revokedSessions(newcomer.heard)).toEqual([digestOf(sessionId)]);
    const [hello] = newcomer.heard;
    expect(hello).toMatchObject({ event: "hello", data: { horizon_seconds: 2 * 3_600 + 300 } });
  });

  it("and none of those can live any more, revocations are forgotten sooner again", async () => {
    const sessionId = await revokeBefore();
    before.clock.advance(126 * minuteMs);
    await restartWithShorterTokens();
    const newcomer = await followAfter();
    expect(revokedSessions(newcomer.heard)).not.toContain(digestOf(sessionId));
    expect(newcomer.heard[0]).toMatchObject({ event: "hello", data: { horizon_seconds: 600 } });
  });
});
