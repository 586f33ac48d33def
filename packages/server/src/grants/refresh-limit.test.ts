import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createRefreshInstance, postRefresh, type RefreshReply } from "./refresh.testing.ts";

const perMinute = 3;
const burst = 2 * perMinute;

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance({ trustedProxies: 1, limits: { refreshesPerMinute: perMinute } });
});
afterAll(() => instance.close());

/** A client that keeps its newest token, as every client does. */
async function startClient() {
  const { refreshToken, grantId } = await startSession(instance, { clientId: "device" });
  let newest = refreshToken;
  return {
    grantId,
    async refresh({ from = "192.0.2.1", key = "" } = {}): Promise<RefreshReply> {
      const headers = { "X-Forwarded-For": from, ...(key === "" ? {} : { "Idempotency-Key": key }) };
      const reply = await postRefresh(instance, { client_id: "device", refresh_token: newest }, headers);
      if (reply.status === 200) newest = reply.body.refresh_token;
      return reply;
    },
  };
}

type TestClient = Awaited<ReturnType<typeof startClient>>;

async function refreshTimes(client: TestClient, times: number, from?: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let time = 0; time < times; time++) statuses.push((await client.refresh(from ? { from } : {})).status);
  return statuses;
}

describe("a grant that is refreshed in a loop", () => {
  it("is told to come back after as many as it may, by whichever address it comes, and then goes on", async () => {
    const client = await startClient();
    expect(await refreshTimes(client, burst)).toEqual(Array(burst).fill(200));
    const refused = await client.refresh({ from: "198.51.100.7" });
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ reason: "rate_limited", retryable: true });
    expect(Number(refused.headers.get("Retry-After"))).toBe(60 / perMinute);
    instance.clock.advance(60_000 / perMinute);
    expect(await refreshTimes(client, 2)).toEqual([200, 429]);
  });

  it("ends nothing, and takes nothing from others", async () => {
    const client = await startClient();
    await refreshTimes(client, burst + 5);
    const ends = await instance.sql("select 1 from grants where id = $1 and revoked_at is not null", [client.grantId]);
    expect(ends).toEqual([]);
    expect(await refreshTimes(await startClient(), burst)).toEqual(Array(burst).fill(200));
    instance.clock.advance(60_000);
    expect((await client.refresh()).status).toBe(200);
  });

  it("is counted", async () => {
    const client = await startClient();
    await refreshTimes(client, burst + 1);
    expect(await instance.holdfast.metrics.text()).toMatch(/^holdfast_rate_limited_total\{limit="refresh"\} \d+$/m);
  });
});

it("whoever only claims a grant takes nothing from it", async () => {
  const client = await startClient();
  const { refreshToken } = await startSession(instance, { clientId: "device" });
  const forged = `${refreshToken.slice(0, -4)}AAAA`;
  for (let time = 0; time < burst + 3; time++) {
    await postRefresh(instance, { client_id: "device", refresh_token: forged }, { "X-Forwarded-For": "192.0.2.9" });
  }
  const owner = await postRefresh(
    instance,
    { client_id: "device", refresh_token: refreshToken },
    { "X-Forwarded-For": "192.0.2.1" },
  );
  expect(owner.status).toBe(200);
  expect((await client.refresh()).status).toBe(200);
});
