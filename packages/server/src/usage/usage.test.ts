import type { UsageReport } from "@holdfast/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { basic } from "../grants/refresh.testing.ts";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";

const secret = "the secret of the reporting service";
const day = 86_400_000;
const hour = 3_600_000;

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTestInstance({
    hasPractice: false,
    config: {
      services: [
        { id: "api", secret, may: ["report"] },
        { id: "other", secret, may: ["report"] },
        { id: "office", secret, may: ["revoke"] },
      ],
    },
  });
});
afterAll(() => instance.close());
beforeEach(() => instance.sql("truncate usage_reports, usage_hours"));

const asService = (id = "api"): Record<string, string> => ({ Authorization: basic(id, secret) });

function reportOf(counts: UsageReport["counts"], change: Partial<UsageReport> = {}): UsageReport {
  const to_ms = instance.clock.now();
  return { report_id: crypto.randomUUID(), from_ms: to_ms - 60_000, to_ms, counts, ...change };
}

async function send(report: unknown, headers: Record<string, string> = asService()) {
  const response = await fetch(`${instance.issuer}/usage`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof report === "string" ? report : JSON.stringify(report),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

const sums = () =>
  instance.sql(
    "select service_id, client_id, verdict, tokens::int from usage_hours order by hour, service_id, client_id, verdict",
  );

const accepted = (tokens: number) => ({ client_id: "app", verdict: "accepted", tokens });

describe("a report", () => {
  it("adds to the hour it was counted in, and to the metrics", async () => {
    expect(await send(reportOf([accepted(5), { client_id: null, verdict: "token_expired", tokens: 2 }]))).toEqual({
      status: 204,
      body: null,
    });
    await send(reportOf([accepted(3)]));
    await send(reportOf([accepted(1)]), asService("other"));
    expect(await sums()).toEqual([
      { service_id: "api", client_id: "", verdict: "token_expired", tokens: 2 },
      { service_id: "api", client_id: "app", verdict: "accepted", tokens: 8 },
      { service_id: "other", client_id: "app", verdict: "accepted", tokens: 1 },
    ]);
    const text = await instance.holdfast.metrics.text();
    expect(text).toContain('holdfast_token_verdicts_total{service="api",client="app",verdict="accepted"} 8');
    expect(text).toContain('holdfast_token_verdicts_total{service="api",client="",verdict="token_expired"} 2');
  });

  it("that comes again, ten times at once, is counted once", async () => {
    const report = reportOf([accepted(7)]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(report)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await sums()).toEqual([{ service_id: "api", client_id: "app", verdict: "accepted", tokens: 7 }]);
  });

  it("of another service may have the same id", async () => {
    const report = reportOf([accepted(1)]);
    await send(report);
    await send(report, asService("other"));
    expect(await sums()).toHaveLength(2);
  });

  it("of very many clients and verdicts makes few rows", async () => {
    const counts = Array.from({ length: 10_000 }, (_, index) => ({
      client_id: `${"c".repeat(200)}${index}`,
      verdict: index % 2 ? "accepted" : `made_up_${"x".repeat(index % 50)}`,
      tokens: 1,
    }));
    expect((await send(reportOf(counts))).status).toBe(204);
    expect(await sums()).toEqual([
      { service_id: "api", client_id: "", verdict: "accepted", tokens: 5_000 },
      { service_id: "api", client_id: "", verdict: "other", tokens: 5_000 },
    ]);
  });

  it("of a service whose clock is ahead counts for the hour we have", async () => {
    await send(reportOf([accepted(1)], { to_ms: instance.clock.now() + 5 * hour }));
    const [row] = await instance.sql<{ hour: Date }>("select hour from usage_hours");
    expect(row?.hour.getTime()).toBe(Math.floor(instance.clock.now() / hour) * hour);
  });

  it("of many at once waits for no other in a circle", async () => {
    const counts = ["accepted", "token_expired", "token_revoked"].map((verdict) => ({ ...accepted(1), verdict }));
    const reports = Array.from({ length: 30 }, (_, index) => reportOf(index % 2 ? counts : counts.toReversed()));
    const answers = await Promise.all(reports.map((report) => send(report)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect((await sums()).map(({ tokens }) => tokens)).toEqual([30, 30, 30]);
  });

  it("whose sums could not be written counts when it comes again", async () => {
    const report = reportOf([accepted(4)]);
    await instance.sql("alter table usage_hours rename to lost");
    expect((await send(report)).status).toBeGreaterThanOrEqual(500);
    await instance.sql("alter table lost rename to usage_hours");
    expect((await send(report)).status).toBe(204);
    expect(await sums()).toHaveLength(1);
  });
});

describe("a report that is not as it should be is refused", () => {
  const good = () => reportOf([accepted(1)]);

  it.each<[string, () => unknown, number]>([
    ["no body", () => "", 400],
    ["no JSON", () => "{", 400],
    ["null", () => "null", 400],
    ["a list", () => [], 400],
    ["nothing in it", () => ({}), 400],
    ["an id that is no UUID", () => ({ ...good(), report_id: "1" }), 400],
    ["no id", () => ({ ...good(), report_id: undefined }), 400],
    ["more than is known", () => ({ ...good(), service: "api" }), 400],
    ["a time that is text", () => ({ ...good(), from_ms: "1" }), 400],
    ["a time before all", () => ({ ...good(), from_ms: -1 }), 400],
    ["a time too large to be exact", () => ({ ...good(), to_ms: 2 ** 60 }), 400],
    ["an end before its beginning", () => reportOf([], { from_ms: instance.clock.now() + 1 }), 400],
    ["an end a week ago", () => reportOf([], { from_ms: 0, to_ms: instance.clock.now() - 7 * day - 1 }), 400],
    ["no counts", () => ({ ...good(), counts: undefined }), 400],
    ["counts that are none", () => ({ ...good(), counts: { accepted: 1 } }), 400],
    ["too many counts", () => reportOf(Array.from({ length: 10_001 }, () => accepted(1))), 400],
    ["a count below one", () => reportOf([accepted(0)]), 400],
    ["a count that is a part", () => reportOf([accepted(1.5)]), 400],
    ["a count without bounds", () => reportOf([accepted(1e15)]), 400],
    ["a verdict with a line break", () => reportOf([{ ...accepted(1), verdict: "accepted\n" }]), 400],
    ["a verdict too long", () => reportOf([{ ...accepted(1), verdict: "x".repeat(65) }]), 400],
    ["an empty client", () => reportOf([{ ...accepted(1), client_id: "" }]), 400],
    ["5 MB", () => " ".repeat(5_000_000), 413],
  ])("%s", async (_what, make, status) => {
    const answer = await send(make());
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body).length).toBeLessThan(3_000);
    expect(await instance.sql("select 1 from usage_reports")).toEqual([]);
  });

  it.each(["application/x-www-form-urlencoded", "text/plain"])("as %s", async (type) => {
    expect((await send(good(), { ...asService(), "Content-Type": type })).status).toBe(415);
  });

  it.each<[string, Record<string, string>, number]>([
    ["of nobody", {}, 401],
    ["of a service with a wrong secret", { Authorization: basic("api", "x") }, 401],
    ["of a service that may not", asService("office"), 403],
  ])("%s", async (_who, headers, status) => {
    expect((await send(good(), headers)).status).toBe(status);
  });
});

it("what was counted leaves in time: reports after eight days, sums after three months", async () => {
  await send(reportOf([accepted(1)]));
  const remains = async () => [
    (await instance.sql("select 1 from usage_reports")).length,
    (await instance.sql("select 1 from usage_hours")).length,
  ];
  instance.clock.advance(7 * day);
  await instance.holdfast.hygiene.run();
  expect(await remains()).toEqual([1, 1]);
  instance.clock.advance(2 * day);
  await instance.holdfast.hygiene.run();
  expect(await remains()).toEqual([0, 1]);
  instance.clock.advance(92 * day);
  await instance.holdfast.hygiene.run();
  expect(await remains()).toEqual([0, 0]);
});
