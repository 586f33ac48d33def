import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createRefreshInstance, eventsOf, postRefresh, present, readGrant } from "./refresh.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance();
});
afterAll(() => instance.close());

/** Presents a token as a client that waits until then, by the server's clock. */
function presentUntil(refreshToken: string, deadline: number, key: string) {
  const headers = { "Idempotency-Key": key, "Refresh-Deadline": String(deadline) };
  return postRefresh(instance, { client_id: "device", refresh_token: refreshToken }, headers);
}

describe("an attempt that says until when its client waits", () => {
  it("is judged until then, that moment included", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "device" });
    const { body } = await presentUntil(refreshToken, instance.clock.now(), "attempt-1");
    expect(body.generation).toBe(2);
    expect((await presentUntil(body.refresh_token, instance.clock.now() + 1, "attempt-2")).body.generation).toBe(3);
  });

  it("is not judged afterwards: weather, with the time the server has, and nothing is written", async () => {
    const { refreshToken, grantId } = await startSession(instance, { clientId: "device" });
    const { status, headers, body } = await presentUntil(refreshToken, instance.clock.now() - 1, "attempt-1");
    expect(status).toBe(503);
    expect(body).toMatchObject({
      error: "temporarily_unavailable",
      reason: "deadline_passed",
      retryable: true,
      server_time_ms: instance.clock.now(),
    });
    expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(await readGrant(instance, grantId)).toMatchObject({ generation: 1, used_at: null });
    expect(await eventsOf(instance, grantId)).toEqual([]);
  });

  it("and was held up longer than the overlap signs nobody out, though its retry has long been used", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "device" });
    const deadline = instance.clock.now() + 10_000;
    const held = () => presentUntil(refreshToken, deadline, "attempt-1");
    instance.clock.advance(10_001);
    const retried = await presentUntil(refreshToken, instance.clock.now() + 10_000, "attempt-1");
    const next = await present(instance, retried.body.refresh_token, { key: "attempt-2" });
    instance.clock.advance(3_600_000);
    expect((await held()).body.reason).toBe("deadline_passed");
    expect((await present(instance, next.body.refresh_token, { key: "attempt-3" })).status).toBe(200);
  });
});
