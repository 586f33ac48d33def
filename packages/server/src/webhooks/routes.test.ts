import { eventTypes } from "@holdfast/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { LogLine } from "../events/index.ts";
import { messageOf } from "./message.ts";
import { createWebhookRoutes } from "./routes.ts";

const issuer = "https://id.example.com";
const routes = createWebhookRoutes(issuer);

interface Catalogue {
  readonly version: number;
  readonly events: readonly { readonly type: string; readonly summary: string; readonly schema: Schema }[];
}

interface Schema {
  readonly $id: string;
  readonly properties: Readonly<Record<string, { readonly description?: string }>>;
  readonly additionalProperties?: unknown;
}

const catalogue = (await (await routes.request("/webhooks/events")).json()) as Catalogue;

it("the catalogue has every event of the log, each with a sentence and a schema", () => {
  expect(catalogue.version).toBe(1);
  expect(catalogue.events.map(({ type }) => type).sort()).toEqual([...eventTypes, "webhook.test"].sort());
  for (const { type, summary, schema } of catalogue.events) {
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(schema.$id).toBe(`${issuer}/webhooks/events/${type}`);
    // Fields may be added: whoever validates by this schema must take those of a later version.
    expect(schema.additionalProperties).not.toBe(false);
    expect(Object.keys(schema.properties).length).toBeGreaterThan(0);
  }
});

it("names no field that could hold a secret", () => {
  const fields = catalogue.events.flatMap(({ schema }) => Object.keys(schema.properties));
  expect(fields.filter((name) => /token|secret|hash|cookie|code_verifier|nonce/.test(name))).toEqual([]);
});

it.each(["session.started", "webhook.test"])("the schema of %s is to be had by itself", async (type) => {
  const response = await routes.request(`/webhooks/events/${type}`);
  expect(response.headers.get("content-type")).toBe("application/schema+json");
  expect(await response.json()).toEqual(catalogue.events.find((event) => event.type === type)?.schema);
});

const line: LogLine = {
  id: "7",
  transactionId: "9",
  at: new Date(Date.UTC(2026, 0, 2)),
  type: "token.refused",
  sessionId: "0190a0b0-0000-7000-8000-000000000001",
  grantId: "0190a0b0-0000-7000-8000-000000000002",
  userId: "0190a0b0-0000-7000-8000-000000000003",
  accountId: "0190a0b0-0000-7000-8000-000000000004",
  clientId: "app",
  requestId: null,
  data: { verdict: "revoked", presented: 3, generation: 4, reason: "signed_out", attempt_hash: "never told" },
};

describe("a message", () => {
  it("fits the schema of its event, and tells nothing that the schema does not name", () => {
    const message = messageOf(line);
    const schema = catalogue.events.find(({ type }) => type === line.type)?.schema;
    expect(z.fromJSONSchema(schema as never).safeParse(message.data).success).toBe(true);
    expect(message.data).toEqual({
      session_id: line.sessionId,
      grant_id: line.grantId,
      user_id: line.userId,
      account_id: line.accountId,
      client_id: "app",
      verdict: "revoked",
      presented: 3,
      generation: 4,
      reason: "signed_out",
    });
  });

  it("of a line that is not as expected still says what it is about", () => {
    const { data } = messageOf({ ...line, data: { verdict: 42, secret: "x" } });
    expect(data).toEqual({
      session_id: line.sessionId,
      grant_id: line.grantId,
      user_id: line.userId,
      account_id: line.accountId,
      client_id: "app",
    });
  });

  it("has one id for one line, and another for another", () => {
    const ids = [line, { ...line }, { ...line, id: "8" }, { ...line, at: new Date(0) }].map(
      (each) => messageOf(each).id,
    );
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^evt_[A-Za-z0-9_-]{22}$/);
  });
});
