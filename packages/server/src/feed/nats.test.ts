import { randomBytes } from "node:crypto";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { parseConfig } from "../config/index.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import { createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { digestOf, followFeed, revokedSessions, type TestFollower } from "./feed.testing.ts";
import { findNatsServer, startNatsServer, type TestNatsServer } from "./nats-server.testing.ts";

const program = findNatsServer();
const secret = randomBytes(32).toString("base64");

describe.skipIf(program === null)("two nodes that share a NATS server", () => {
  let nats: TestNatsServer;
  let here: TestInstance;
  let there: Holdfast;
  const followers: TestFollower[] = [];
  const connections: NatsConnection[] = [];

  beforeAll(async () => {
    nats = await startNatsServer(program ?? "", ["--auth", "a-token"]);
    const feed = { nats: { url: nats.url, token: "a-token" } };
    here = await createTestInstance({ hasPractice: false, config: { secret, clients: [testClient], feed } });
    const config = parseConfig(
      { issuer: here.issuer, secret, clients: [testClient], feed, database: { schema: here.schema, poolSize: 3 } },
      { mode: "development" },
    );
    const options = { connection: inject("postgres"), clock: here.clock, logger: createLogger({ level: "silent" }) };
    there = await createHoldfast(config, options);
  });
  afterEach(async () => {
    for (const follower of followers.splice(0)) await follower.close();
    for (const connection of connections.splice(0)) await connection.close();
  });
  afterAll(async () => {
    await there.close();
    await here.close();
    await nats.close();
  });

  const isUp = async ({ metrics }: Holdfast) =>
    (await metrics.text()).includes('holdfast_feed_carrier_up{carrier="nats"} 1');
  const bothUp = (timeout = 10_000) =>
    expect.poll(async () => (await isUp(here.holdfast)) && (await isUp(there)), { timeout }).toBe(true);

  async function followThere(): Promise<TestFollower> {
    const follower = await followFeed(here, { ask: (request) => there.fetch(request) });
    followers.push(follower);
    await follower.caughtUp();
    return follower;
  }

  async function endSessionHere(): Promise<string> {
    const { session } = await startSession(here);
    await here.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
    return session.id;
  }

  /** Cuts the connections that carry hints; they come back after a second. */
  const cutListening = () =>
    here.sql("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen holdfast_%'");

  async function connectToStream() {
    const connection = await connect({ servers: nats.url, token: "a-token" });
    connections.push(connection);
    const manager = await jetstreamManager(connection);
    const state = async () => (await manager.streams.info("holdfast-feed")).state;
    return { client: jetstream(connection), manager, state };
  }

  it("both find it", () => bothUp());

  it("hear of each other's revocations within 200 ms while nothing else brings hints", async () => {
    const follower = await followThere();
    // The look at the log comes once a second: it alone would be in time for one of five.
    for (let round = 0; round < 5; round++) {
      const { session } = await startSession(here);
      await cutListening();
      await here.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
      await follower.untilRevoked(session.id, 200);
    }
  });

  it("tell nobody anything twice, and the stream holds each line once, whoever wrote it", async () => {
    const follower = await followThere();
    const { state } = await connectToStream();
    const before = (await state()).messages;
    const ids = [await endSessionHere(), await endSessionHere(), await endSessionHere()];
    for (const id of ids) await follower.untilRevoked(id);
    // The end of a session, and that of its grant.
    await expect.poll(async () => (await state()).messages - before, { timeout: 3_000 }).toBe(6);
    const heard = revokedSessions(follower.heard);
    expect(heard.length).toBe(new Set(heard).size);
    expect(heard.slice(-3)).toEqual(ids.map(digestOf));
  });

  it("believe nothing that no node of theirs wrote", async () => {
    const follower = await followThere();
    const { client, manager, state } = await connectToStream();
    await endSessionHere();
    const { last_seq } = await state();
    const last = await manager.streams.getMessage("holdfast-feed", { seq: last_seq });
    const forged = {
      ...last?.json<Record<string, unknown>>(),
      data: { subject: "session", digest: digestOf("x"), at_ms: 1 },
    };
    const headers = last?.header;
    await client.publish("holdfast-feed.lines", JSON.stringify(forged), headers ? { headers, msgID: "forged" } : {});
    await client.publish("holdfast-feed.lines", "garbage");
    await client.publish("holdfast-feed.lines", "");
    await follower.untilRevoked(await endSessionHere());
    expect(JSON.stringify(follower.heard)).not.toContain(digestOf("x"));
    await expect
      .poll(
        async () => /carried_total\{carrier="nats",direction="rejected"\} (\d+)/.exec(await there.metrics.text())?.[1],
      )
      .toBe("3");
  });

  it("go on without it when it is killed, say so, and catch up when it is back", async () => {
    const follower = await followThere();
    await nats.kill();
    const meanwhile = await endSessionHere();
    await follower.untilRevoked(meanwhile, 2_000);
    await expect.poll(() => isUp(there), { timeout: 5_000 }).toBe(false);
    expect(here.logged.some((line) => line.includes("NATS is away"))).toBe(true);

    await nats.restart();
    await bothUp();
    // What happened without it stands in the stream now, for whoever comes.
    const { manager, state } = await connectToStream();
    const told = async () => {
      const { first_seq, last_seq } = await state();
      const texts: string[] = [];
      for (let seq = first_seq; seq <= last_seq; seq++) {
        texts.push((await manager.streams.getMessage("holdfast-feed", { seq }))?.string() ?? "");
      }
      return texts.filter((text) => text.includes(digestOf(meanwhile))).length;
    };
    await expect.poll(told, { timeout: 3_000 }).toBe(1);
    await cutListening();
    await follower.untilRevoked(await endSessionHere(), 2_000);
    const heard = revokedSessions(follower.heard);
    expect(heard.length).toBe(new Set(heard).size);
  }, 30_000);

  it("make the stream again when somebody deleted it", async () => {
    const follower = await followThere();
    const { manager, state } = await connectToStream();
    await manager.streams.delete("holdfast-feed");
    await follower.untilRevoked(await endSessionHere(), 2_000);
    await expect.poll(() => state().catch(() => null), { timeout: 10_000 }).not.toBeNull();
    await bothUp();
  }, 30_000);
});

it("an instance starts, and tells its news, while NATS cannot be reached", async () => {
  const feed = { nats: { url: "nats://127.0.0.1:1" } };
  const instance = await createTestInstance({ hasPractice: false, config: { feed } });
  try {
    const follower = await followFeed(instance);
    await follower.caughtUp();
    const { session } = await startSession(instance);
    await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
    await follower.untilRevoked(session.id, 500);
    expect(await instance.holdfast.metrics.text()).toContain('holdfast_feed_carrier_up{carrier="nats"} 0');
    await follower.close();
  } finally {
    await instance.close();
  }
});
