import { expect, test } from "vitest";
import * as express from "./express.ts";
import * as fastify from "./fastify.ts";
import * as hono from "./hono.ts";
import * as door from "./index.ts";
import * as prometheus from "./prometheus.ts";

test("exports exactly what is promised", () => {
  expect(Object.keys(door).sort()).toEqual([
    "TokenError",
    "WebhookError",
    "createVerifier",
    "digestOf",
    "verifyWebhook",
  ]);
  expect(Object.keys(hono).sort()).toEqual(["holdfast"]);
  expect(Object.keys(express).sort()).toEqual(["claimsOf", "holdfast"]);
  expect(Object.keys(fastify).sort()).toEqual(["claimsOf", "holdfast"]);
  expect(Object.keys(prometheus).sort()).toEqual(["prometheusContentType", "prometheusText"]);
});
