import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, describe, expect, inject, it } from "vitest";
import { parseConfig } from "../config/index.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";

const issuer = "https://id.example.com";
const schema = `nodes_${randomBytes(6).toString("hex")}`;
const secret = randomBytes(32).toString("base64");
const formerSecret = randomBytes(32).toString("base64");

const started: Holdfast[] = [];
afterAll(async () => {
  await Promise.all(started.map((node) => node.close()));
  const client = new pg.Client({ ...inject("postgres") });
  await client.connect();
  await client.query(`drop schema ${schema} cascade`);
  await client.end();
});

async function startNode(secrets: { secret: string; previousSecrets?: string[] }): Promise<Holdfast> {
  const config = parseConfig({ issuer, ...secrets, database: { schema, poolSize: 2 } }, { mode: "development" });
  const logger = createLogger({ level: "silent" });
  const node = await createHoldfast(config, { connection: inject("postgres"), logger });
  started.push(node);
  return node;
}

async function fetchKeySet(node: Holdfast, init?: RequestInit) {
  const response = await node.fetch(new Request(`${issuer}/jwks`, init));
  const { keys } = (await response.json()) as { keys: { kid: string }[] };
  return { response, ids: keys.map(({ kid }) => kid) };
}

describe("whole nodes", () => {
  it("that start together on an empty database publish one and the same first key", async () => {
    const nodes = await Promise.all([1, 2, 3].map(() => startNode({ secret: formerSecret })));
    const published = await Promise.all(nodes.map(async (node) => (await fetchKeySet(node)).ids));
    expect(published[0]).toHaveLength(1);
    expect(published).toEqual(published.map(() => published[0]));
  });

  it("publish at once the key that another has just made", async () => {
    const [here, there] = started;
    if (!here || !there) throw new Error("no nodes");
    const key = await here.keys.rotate();
    await expect.poll(async () => (await fetchKeySet(there)).ids, { timeout: 5_000 }).toContain(key.id);
  });

  it("do not start with a secret that does not fit, and say so by name", async () => {
    await expect(startNode({ secret })).rejects.toMatchObject({ name: "AppError", code: "secret_wrong" });
  });

  it("start with a new secret as long as they know the former one", async () => {
    const node = await startNode({ secret, previousSecrets: [formerSecret] });
    expect((await fetchKeySet(node)).ids).toHaveLength(2);
  });
});

describe("the published key set", () => {
  it("is for everybody, without credentials, and cached for less time than a key is published ahead", async () => {
    const [node] = started;
    if (!node) throw new Error("no node");
    const { response } = await fetchKeySet(node, { headers: { Origin: "https://anyone.example" } });
    expect(response.headers.get("content-type")).toBe("application/jwk-set+json");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
    expect(response.headers.getSetCookie()).toEqual([]);
    const maxAge = /^public, max-age=(\d+)$/.exec(response.headers.get("cache-control") ?? "")?.[1];
    expect(Number(maxAge)).toBeGreaterThan(0);
    expect(Number(maxAge)).toBeLessThan(15 * 60);
  });
});
