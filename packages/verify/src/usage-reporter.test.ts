import type { UsageReport } from "@holdfast/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { type Scene, startScene } from "../testing/scene.ts";
import { testNow } from "../testing/signer.ts";
import { createUsageTally } from "./usage-tally.ts";

let scene: Scene;
afterEach(() => scene?.end());

async function start(status = 204): Promise<void> {
  scene = await startScene({ reportUsage: true });
  scene.server.answerPosts("/usage", () => status);
}

function reports(): readonly UsageReport[] {
  return scene.server.posts.map(({ body }) => JSON.parse(body));
}

/** Long enough for one report, and for no second. */
async function passMinute(): Promise<void> {
  const sent = scene.server.posts.length;
  scene.time.advance(72_000);
  await expect.poll(() => scene.server.posts.length).toBe(sent + 1);
}

async function untilReported(): Promise<void> {
  await expect.poll(() => scene.verifier.status().usage?.reportedAt).toBe(scene.time.now());
}

const sorted = (counts: UsageReport["counts"]) => [...counts].sort((a, b) => (a.verdict < b.verdict ? -1 : 1));

describe("the counts", () => {
  test("are reported by client and verdict, by the service", async () => {
    await start();
    const token = await scene.sign();
    await scene.verdict(token);
    await scene.verdict(token);
    await scene.verdict(await scene.sign({ client_id: "mobile" }));
    await scene.verdict(await scene.sign({ client_id: "mobile", exp: testNow / 1000 - 60 }));
    await scene.verdict("words");
    const headers = { authorization: `Bearer ${token}` };
    await scene.verifier.protect(() => new Response(), { scope: "admin" })(new Request("http://x", { headers }));
    await passMinute();
    expect(scene.server.posts[0]).toMatchObject({
      authorization: `Basic ${btoa("api:the+secret+of+the+service")}`,
      contentType: "application/json",
    });
    const [report] = reports();
    expect(report).toMatchObject({ from_ms: testNow, report_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(sorted(report?.counts ?? [])).toEqual([
      { client_id: "web", verdict: "accepted", tokens: 2 },
      { client_id: "mobile", verdict: "accepted", tokens: 1 },
      { client_id: "web", verdict: "insufficient_scope", tokens: 1 },
      { client_id: "mobile", verdict: "token_expired", tokens: 1 },
      { client_id: null, verdict: "token_malformed", tokens: 1 },
    ]);
  });

  test("begin again at zero, where the last report ended", async () => {
    await start();
    await scene.verdict(await scene.sign());
    await passMinute();
    await untilReported();
    await scene.verdict("words");
    await passMinute();
    const [first, second] = reports();
    expect(second?.counts).toEqual([{ client_id: null, verdict: "token_malformed", tokens: 1 }]);
    expect(second?.from_ms).toBe(first?.to_ms);
    expect(second?.report_id).not.toBe(first?.report_id);
  });

  test("are not reported when there are none", async () => {
    await start();
    scene.time.advance(600_000);
    await scene.verifier.close();
    expect(reports()).toEqual([]);
  });

  test("that are left are reported by close()", async () => {
    await start();
    await scene.verdict(await scene.sign());
    await scene.verifier.close();
    expect(reports()).toHaveLength(1);
  });

  test("are not taken at all unless that was asked for", async () => {
    scene = await startScene();
    await scene.verdict(await scene.sign());
    scene.time.advance(600_000);
    await scene.verifier.close();
    expect(scene.server.posts).toEqual([]);
    expect(scene.verifier.status().usage).toBeNull();
  });
});

describe("a report that fails", () => {
  test("comes again, unchanged, and what was counted meanwhile after it", async () => {
    await start(503);
    await scene.verdict(await scene.sign());
    await passMinute();
    expect((await scene.log.next("usage_failed")).error.message).toBe(`${scene.server.issuer}/usage answered 503`);
    expect(scene.verifier.status().usage?.lastError).toContain("503");
    expect(await scene.verdict("words")).toBe("token_malformed");
    scene.server.answerPosts("/usage", () => 204);
    scene.time.advance(72_000);
    await expect.poll(() => scene.server.posts.length).toBe(3);
    const [first, again, second] = reports();
    expect(again).toEqual(first);
    expect(second?.counts).toEqual([{ client_id: null, verdict: "token_malformed", tokens: 1 }]);
  });

  test("because it cannot be read is given up, and the next one sent", async () => {
    await start(400);
    await scene.verdict(await scene.sign());
    await passMinute();
    await scene.log.next("usage_failed");
    scene.server.answerPosts("/usage", () => 204);
    await scene.verdict("words");
    await passMinute();
    expect(reports()[1]?.counts).toEqual([{ client_id: null, verdict: "token_malformed", tokens: 1 }]);
  });

  test("does not hold up close() beyond its time", async () => {
    await start();
    scene.server.answerPosts("/usage", () => new Promise<number>(() => {}));
    await scene.verdict(await scene.sign());
    const closed = scene.verifier.close();
    await expect.poll(() => scene.server.posts.length).toBe(1);
    scene.time.advance(5_000);
    await closed;
    scene.server.answerPosts("/usage", () => 204);
  });
});

test("processes that start together do not report together", async () => {
  const delays = new Set<number>();
  for (let process = 0; process < 5; process += 1) {
    await start();
    await scene.verdict(await scene.sign());
    let waited = 0;
    for (; scene.server.posts.length === 0 && waited < 80; waited += 1) {
      scene.time.advance(1_000);
      if (waited >= 46) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(waited).toBeGreaterThanOrEqual(47);
    delays.add(waited);
    await scene.end();
  }
  expect(delays.size).toBeGreaterThan(1);
});

test("a tally holds five hundred clients, and counts the rest as none", () => {
  const tally = createUsageTally();
  for (let client = 0; client < 700; client += 1) tally.count(`client-${client}`, "accepted");
  tally.count("client-0", "accepted");
  const counts = tally.take();
  expect(counts).toHaveLength(501);
  expect(counts).toContainEqual({ client_id: "client-0", verdict: "accepted", tokens: 2 });
  expect(counts).toContainEqual({ client_id: null, verdict: "accepted", tokens: 200 });
  expect(tally.isEmpty).toBe(true);
});
