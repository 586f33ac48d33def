import { afterAll, beforeAll, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { call, createSignalsInstance, makeStream, poll } from "./signals.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createSignalsInstance();
});
afterAll(() => instance.close());

async function newsOf(sessionId: string) {
  const timeline = await instance.holdfast.timeline.explain(sessionId);
  return timeline?.entries.filter(({ type }) => type === "news.signals") ?? [];
}

it("the timeline tells that a receiver has not fetched the end yet, and when it did", async () => {
  const stream = await makeStream(instance, { delivery: poll });
  const { session } = await startSession(instance);
  await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
  await instance.holdfast.signals.catchUp();
  expect(await newsOf(session.id)).toMatchObject([
    { data: { state: "waiting" }, title: expect.stringContaining("receiver") },
  ]);

  const fetched = await call(instance, `POST ${stream.delivery.endpoint_url}`, { body: { returnImmediately: true } });
  instance.clock.advance(2_000);
  const ack = Object.keys(fetched.body.sets);
  await call(instance, `POST ${stream.delivery.endpoint_url}`, { body: { returnImmediately: true, ack } });
  expect(await newsOf(session.id)).toMatchObject([
    { data: { state: "told" }, title: expect.stringMatching(/2(\.0)? s/) },
  ]);
});
