import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { client } from "../config/config.testing.ts";
import {
  bothEvents,
  call,
  eventOf,
  type PushReceiver,
  secret,
  startPushReceiver,
  verifySet,
} from "../signals/signals.testing.ts";
import { createTestPlace, type TestDev } from "./cli.testing.ts";

const place = createTestPlace();
let server: TestDev;
let issuer: string;
let receiver: PushReceiver;
beforeAll(async () => {
  place.writeConfig({ clients: [client], services: [{ id: "receiver", secret, may: ["signals"] }] });
  [server, receiver] = await Promise.all([place.startDev("--port", "0"), startPushReceiver()]);
  issuer = /http:\/\/localhost:\d+/.exec([...server.stdout, ...server.stderr].join("\n"))?.[0] ?? "";
}, 60_000);
afterAll(async () => {
  await server.end("SIGTERM");
  await receiver.close();
  place.remove();
}, 60_000);

const stream = (...args: string[]) => place.run(["stream", ...args, "--data", place.data]);

async function heard(): Promise<string[]> {
  const sets = await Promise.all(receiver.pushed.map(({ set }) => verifySet({ issuer }, set)));
  return sets.map((set) => eventOf(set).type);
}

it("the running server tells a service's stream of what commands do", async () => {
  expect((await stream("list")).stdout).toMatch(/There are no streams/);
  const delivery = { method: "urn:ietf:rfc:8935", endpoint_url: receiver.url, authorization_header: "Bearer hush" };
  const made = await call({ issuer }, "POST /signals/streams", { body: { delivery, events_requested: bothEvents } });
  const id: string = made.body.stream_id;
  expect((await stream("list")).stdout).toMatch(new RegExp(`^STREAM .*\\n${id}  receiver  push +enabled  http://127`));
  const shown = (await stream("show", id)).stdout;
  expect(shown).toMatch(/\nHeader +Authorization/);
  expect(shown).not.toContain("hush");

  const created = await place.run(["session", "create", "--data", place.data, "--user", "ada@example.com", "--json"]);
  const { sid } = created.json<{ sid: string }>();
  await place.run(["session", "revoke", sid, "--data", place.data]);
  await expect.poll(heard, { timeout: 10_000 }).toEqual(["session-revoked"]);

  const { jti } = (await stream("verify", id, "--json")).json<{ jti: string }>();
  await expect.poll(heard, { timeout: 10_000 }).toEqual(["session-revoked", "verification"]);
  await expect
    .poll(async () => (await stream("log", id, "--jti", jti)).stdout, { timeout: 10_000 })
    .toMatch(/accepted +202/);
  expect((await stream("log", id, "--state", "delivered")).stdout.split("\n")).toHaveLength(4);
  expect((await stream("resend", id, "--json")).json()).toMatchObject({ resent: 0 });

  await stream("pause", id, "--reason", "Maintenance");
  expect(await heard()).toEqual(["session-revoked", "verification", "stream-updated"]);
  expect((await stream("show", id)).stdout).toMatch(/\nStatus +paused \(Maintenance\)\n/);
  await stream("enable", id);
  await expect.poll(heard, { timeout: 10_000 }).toHaveLength(4);
  expect((await place.run(["keys", "list", "--data", place.data])).stdout).toMatch(/RS256 +signing/);
  await stream("remove", id);
  expect((await stream("show", id, "--json")).error()).toMatchObject({ error: "stream_unknown" });
}, 120_000);

describe("what is wrong is said", () => {
  it.each<[string[], RegExp]>([
    [["show", "nonsense"], /There is no stream nonsense/],
    [["pause", "nonsense"], /There is no stream nonsense/],
    [["log", "nonsense"], /There is no stream nonsense/],
    [["log", "nonsense", "--state", "lost"], /--state is none of/],
    [["log", "nonsense", "--limit", "0"], /--limit is not a number/],
    [["resend", "nonsense"], /There is no stream nonsense/],
    [["remove", "nonsense"], /There is no stream nonsense/],
  ])(
    "of %j",
    async (args, expected) => {
      const result = await stream(...args, "--json");
      expect(result.exitCode).toBe(1);
      expect(result.error().detail).toMatch(expected);
    },
    30_000,
  );
});
