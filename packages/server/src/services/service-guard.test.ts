import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import type { HttpEnvironment } from "../http/context.ts";
import { toAppError } from "../http/error-answer.ts";
import { createRateLimits } from "../http/rate-limit.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { createServiceGuard } from "./service-guard.ts";
import { createServices } from "./services.ts";

const secret = "a-secret-of-the-billing-api:with+and%";
const issuer = "https://id.example.com";
const clock = createManualClock();

function createGuardedApp() {
  const services = createServices([
    { id: "billing-api", secret, may: ["follow", "introspect"] },
    { id: "back-office", secret: "a-secret-of-the-back-office", may: ["revoke"], audience: ["https://one.example"] },
  ]);
  const limits = createRateLimits({
    clock,
    metrics: createMetrics(),
    mode: "production",
    settings: { refreshesPerMinute: 60 },
  });
  const guard = createServiceGuard({ issuer, services, limits });
  const app = new Hono<HttpEnvironment>();
  app.use(async (context, next) => {
    context.set("source", { requestId: "r", address: "203.0.113.9", userAgent: null });
    await next();
  });
  app.get("/follow", async (context) => context.json({ id: (await guard(context, "follow")).id }));
  app.onError((thrown, context) => context.json({ code: toAppError(thrown).code }, toAppError(thrown).status as 401));
  return (authorization?: string) =>
    app.request("/follow", authorization === undefined ? {} : { headers: { authorization } });
}

const basic = (id: string, password: string) => `Basic ${Buffer.from(`${id}:${password}`).toString("base64")}`;
const form = (text: string) => new URLSearchParams({ v: text }).toString().slice(2);

describe("a service", () => {
  test("is told by its id and its secret, each form-encoded", async () => {
    const answer = await createGuardedApp()(basic("billing-api", form(secret)));
    expect([answer.status, await answer.json()]).toEqual([200, { id: "billing-api" }]);
  });

  test("may only do what its configuration says", async () => {
    const answer = await createGuardedApp()(basic("back-office", "a-secret-of-the-back-office"));
    expect([answer.status, await answer.json()]).toEqual([403, { code: "service_forbidden" }]);
  });

  test.each([
    ["no header", undefined],
    ["an empty one", ""],
    ["another scheme", `Bearer ${secret}`],
    ["no colon", `Basic ${Buffer.from("billing-api").toString("base64")}`],
    ["no id", basic("", form(secret))],
    ["not base64", "Basic %%%"],
    ["an unknown id", basic("nobody", form(secret))],
    ["an unknown id without a secret", basic("nobody", "")],
    ["a wrong secret", basic("billing-api", "wrong")],
    ["no secret", basic("billing-api", "")],
    ["another service's secret", basic("billing-api", "a-secret-of-the-back-office")],
    ["a secret that is not form-encoded", basic("billing-api", secret)],
    ["a name of every object", basic("__proto__", form(secret))],
  ])("is refused with %s", async (_what, authorization) => {
    const answer = await createGuardedApp()(authorization);
    expect([answer.status, await answer.json()]).toEqual([401, { code: "service_authentication_failed" }]);
    expect(answer.headers.get("www-authenticate")).toBe(`Basic realm="${issuer}", charset="UTF-8"`);
  });

  test("cannot be guessed at without end, and shuts out no service that proves itself at the same address", async () => {
    const ask = createGuardedApp();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 62; attempt++) statuses.push((await ask(basic("billing-api", "guess"))).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(60);
    expect(statuses.slice(60)).toEqual([429, 429]);
    expect((await ask(basic("back-office", "a-secret-of-the-back-office"))).status).toBe(403);
    expect((await ask(basic("billing-api", form(secret)))).status).toBe(200);
  });
});
