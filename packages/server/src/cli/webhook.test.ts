import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { client } from "../config/config.testing.ts";
import { startReceiver, type TestReceiver, verifies } from "../webhooks/receiver.testing.ts";
import { createTestPlace, type TestDev } from "./cli.testing.ts";

const place = createTestPlace();
let server: TestDev;
let receiver: TestReceiver;
beforeAll(async () => {
  place.writeConfig({ clients: [client] });
  [server, receiver] = await Promise.all([place.startDev("--port", "0"), startReceiver()]);
}, 60_000);
afterAll(async () => {
  await server.end("SIGTERM");
  await receiver.close();
  place.remove();
}, 60_000);

const webhook = (...args: string[]) => place.run(["webhook", ...args, "--data", place.data]);

interface Added {
  readonly id: string;
  readonly secret: string;
}

it("an endpoint that a command makes hears from the running server of what another command does", async () => {
  const { id, secret } = (
    await webhook("add", receiver.url, "--events", "session.*,user.created", "--json")
  ).json<Added>();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  await place.run(["session", "create", "--data", place.data, "--user", "ada@example.com", "--json"]);
  const received = await receiver.until(({ message }) => message.type === "session.started");
  expect(verifies(received, secret)).toBe(true);

  const { stdout } = await webhook("list");
  expect(stdout).toMatch(new RegExp(`^WEBHOOK .*\\n${id}  working  session.\\*,user.created  http://127`));
  const log = () => webhook("deliveries", id, "--state", "delivered", "--json");
  await expect.poll(async () => (await log()).json<unknown[]>().length, { timeout: 10_000 }).toBe(2);
  const attempts = (await webhook("deliveries", id, "--message", received.id)).stdout;
  expect(attempts).toMatch(/^ATTEMPT .*\n1 {8}\d{4}-.* ms +delivered +204\n$/);

  const rotated = (await webhook("rotate-secret", id, "--json")).json<Added>();
  expect(rotated.secret).not.toBe(secret);
  expect((await webhook("test", id, "--json")).json()).toMatchObject({ delivered: true, status: 204 });
  const test = await receiver.until(({ message }) => message.type === "webhook.test");
  expect([secret, rotated.secret].map((each) => verifies(test, each))).toEqual([true, true]);

  expect((await webhook("replay", id, "--messages", received.id, "--json")).json()).toMatchObject({ replayed: 1 });
  await expect.poll(() => receiver.received.filter((each) => each.id === received.id).length).toBe(2);

  await webhook("disable", id);
  expect((await webhook("show", id)).stdout).toMatch(/\nState +disabled since .* \(operator\)\n/);
  await webhook("enable", id);
  expect((await webhook("show", id, "--json")).json()).toMatchObject({ disabled_at: null });
  await webhook("remove", id);
  expect((await webhook("show", id, "--json")).error()).toMatchObject({ error: "not_found" });
}, 120_000);

describe("what is wrong is said", () => {
  it.each<[string[], RegExp]>([
    [["add", "http://example.com/hooks", "--events", "*"], /url: is not https/],
    [["add", "https://example.com", "--events", "session.dreamt"], /events "session.dreamt": is neither an event/],
    [["add", "https://example.com", "--events", "*", "--secret-file", "/nowhere"], /cannot be read/],
    [["show", "nonsense"], /There is no webhook nonsense/],
    [["replay", "nonsense"], /Say what to replay/],
    [["replay", "nonsense", "--from", "yesterday"], /--from is not a time/],
    [["deliveries", "nonsense", "--state", "lost"], /--state is none of/],
    [["rotate-secret", "nonsense", "--keep", "soon"], /--keep is not a number/],
  ])(
    "of %j",
    async (args, expected) => {
      const result = await webhook(...args, "--json");
      expect(result.exitCode).toBe(1);
      expect(result.error().detail).toMatch(expected);
    },
    30_000,
  );
});
