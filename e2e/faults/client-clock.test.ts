/** A client whose clock is wrong: no verdict depends on it, and nothing goes round in a loop. */
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultConfig } from "./support/fault-config.ts";
import { type FaultDatabase, openFaultDatabase } from "./support/fault-database.ts";
import { type FaultNode, startNode } from "./support/fault-node.ts";
import { createHonestClient, type HonestClient } from "./support/honest-client.ts";
import { createOperator, type Operator } from "./support/operator.ts";
import { quietPort } from "./support/quiet-port.ts";

const patienceMs = 15_000;

let database: FaultDatabase;
let operator: Operator;
let node: FaultNode;

beforeAll(async () => {
  database = openFaultDatabase();
  const port = await quietPort();
  const config = faultConfig(`http://localhost:${port}`, database.schema);
  operator = await createOperator(database, config);
  node = await startNode({ databaseUrl: database.url, config, port });
});
afterAll(async () => {
  await node?.stop();
  await operator?.close();
  await database?.close();
});

/** A laptop: its clock, and what it knows of the server's time from the answers it got. */
function createLaptop(client: HonestClient, shiftMs: number) {
  const now = () => Date.now() + shiftMs;
  let serverLeadMs = 0;
  return {
    /** Says until when it waits: by the server's clock as it reckons it, as the header is documented. */
    async refresh() {
      const sent = now();
      const attempt = await client.refresh(node.origin, {
        Date: new Date(now()).toUTCString(),
        "Refresh-Deadline": String(sent + serverLeadMs + patienceMs),
      });
      if (attempt.serverTimeMs !== null) serverLeadMs = attempt.serverTimeMs - now();
      return attempt.outcome;
    },
  };
}

describe.each([
  ["ten minutes ahead", 600_000],
  ["ten minutes behind", -600_000],
  ["a year behind", -365 * 86_400_000],
])("a client whose clock is %s", (_, shiftMs) => {
  it("is refreshed, at the latest by its second request, and ever after", async () => {
    const client = createHonestClient(await operator.createSession());
    const laptop = createLaptop(client, shiftMs);
    const outcomes = [];
    for (let turn = 0; turn < 5; turn++) outcomes.push(await laptop.refresh());
    // One that is behind and has never heard from the server says a deadline that has passed.
    const [first, ...others] = outcomes;
    expect(first).toBe(shiftMs < 0 ? "later" : "refreshed");
    expect(others).toEqual(others.map(() => "refreshed"));
    expect(client.answer?.generation).toBe(shiftMs < 0 ? 5 : 6);
  });

  it("is told a length of time, and its tokens have the server's times", async () => {
    const client = createHonestClient(await operator.createSession());
    await client.refresh(node.origin, { Date: new Date(Date.now() + shiftMs).toUTCString() });
    const { iat = 0, exp = 0 } = decodeJwt(client.accessToken);
    expect(client.answer?.expires_in).toBe(exp - iat);
    expect(Math.abs(iat * 1000 - Date.now())).toBeLessThan(5_000);
  });

  it("that never learns comes back without harm: its session is not ended, and goes on once it says no deadline", async () => {
    const client = createHonestClient(await operator.createSession());
    for (let turn = 0; turn < 3; turn++) {
      const deadline = String(Date.now() + shiftMs + patienceMs);
      const { outcome, reason, retryAfter } = await client.refresh(node.origin, { "Refresh-Deadline": deadline });
      if (shiftMs > 0) expect(outcome).toBe("refreshed");
      else
        expect({ outcome, reason, isPaced: (retryAfter ?? 0) >= 1 }).toEqual({
          outcome: "later",
          reason: "deadline_passed",
          isPaced: true,
        });
    }
    expect((await client.refresh(node.origin)).outcome).toBe("refreshed");
  });
});
