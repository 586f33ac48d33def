import { expect, test } from "vitest";
import { createFakeFetch, type FakeAnswer, metadataPath, openidPath } from "../testing/fake-fetch.ts";
import { createManualTime } from "../testing/manual-time.ts";
import { createDiscovery } from "./discovery.ts";
import { createFetchJson } from "./fetch-json.ts";

const issuer = "https://id.example.com";
const metadata = { issuer, jwks_uri: `${issuer}/jwks`, holdfast_feed_endpoint: `${issuer}/feed` };

function setUp(answers: Record<string, FakeAnswer>, of: string = issuer) {
  const time = createManualTime(0);
  const fake = createFakeFetch(answers);
  const fetchJson = createFetchJson({ fetch: fake.fetch, timers: time });
  return { ...fake, time, discovery: createDiscovery({ issuer: of, fetchJson, clock: time }) };
}

test("reads the authorization server's metadata", async () => {
  const { discovery } = setUp({ [metadataPath]: metadata });
  expect(await discovery.read()).toEqual({ jwksUri: `${issuer}/jwks`, feedEndpoint: `${issuer}/feed` });
});

test.each([
  ["inserts the well-known path before the issuer's own (RFC 8414)", `${metadataPath}/tenant`],
  ["or else appends OpenID's", `/tenant${openidPath}`],
])("%s", async (_, path) => {
  const tenant = `${issuer}/tenant`;
  const { discovery } = setUp({ [path]: { ...metadata, issuer: tenant } }, tenant);
  expect((await discovery.read()).jwksUri).toBe(`${issuer}/jwks`);
});

test("keeps the slash of an issuer that ends with one, but not in the path", async () => {
  const { discovery } = setUp({ [metadataPath]: { ...metadata, issuer: `${issuer}/` } }, `${issuer}/`);
  expect((await discovery.read()).feedEndpoint).toBe(`${issuer}/feed`);
});

test.each<[string, unknown]>([
  ["another issuer", { ...metadata, issuer: "https://evil.example.com" }],
  ["an issuer with a slash more", { ...metadata, issuer: `${issuer}/` }],
  ["no issuer", { ...metadata, issuer: undefined }],
  ["null", null],
  ["a list", [metadata]],
  ["no jwks_uri", { ...metadata, jwks_uri: undefined }],
  ["keys over plain http", { ...metadata, jwks_uri: "http://id.example.com/jwks" }],
  ["keys in a file", { ...metadata, jwks_uri: "file:///etc/keys" }],
  ["keys at a relative address", { ...metadata, jwks_uri: "/jwks" }],
  ["a feed over plain http", { ...metadata, holdfast_feed_endpoint: "http://id.example.com/feed" }],
  ["a feed of null", { ...metadata, holdfast_feed_endpoint: null }],
])("refuses metadata with %s, without trying the other document", async (_, answer) => {
  const { discovery, asked } = setUp({ [metadataPath]: () => Response.json(answer), [openidPath]: metadata });
  await expect(discovery.read()).rejects.toThrow();
  expect(asked).toEqual([metadataPath]);
});

test("shares one request among all who ask at once", async () => {
  const { discovery, asked } = setUp({ [metadataPath]: metadata });
  await Promise.all([discovery.read(), discovery.read(), discovery.read()]);
  expect(asked).toEqual([metadataPath]);
});

test("asks again after an hour", async () => {
  const { discovery, asked, answer, time } = setUp({ [metadataPath]: metadata });
  await discovery.read();
  answer(metadataPath, { ...metadata, jwks_uri: `${issuer}/keys` });
  time.advance(3_599_999);
  expect((await discovery.read()).jwksUri).toBe(`${issuer}/jwks`);
  time.advance(1);
  expect((await discovery.read()).jwksUri).toBe(`${issuer}/keys`);
  expect(asked).toHaveLength(2);
});

test("goes on with what it knows while the issuer does not answer, asking once a minute", async () => {
  const { discovery, count, answer, time } = setUp({ [metadataPath]: metadata });
  await discovery.read();
  answer(metadataPath, () => Promise.reject(new Error("connection refused")));
  time.advance(3_600_000);
  for (let index = 0; index < 10; index += 1) expect((await discovery.read()).jwksUri).toBe(`${issuer}/jwks`);
  expect(count(metadataPath)).toBe(2);
  time.advance(60_000);
  await discovery.read();
  expect(count(metadataPath)).toBe(3);
});
