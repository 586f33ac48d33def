import { describe, expect, it } from "vitest";
import { createAuthorizedFetch } from "./authorized-fetch.ts";

interface Seen {
  readonly authorization: string | null;
  readonly body: string;
  readonly method: string;
}

/** An API that takes one token only, and a client that has others. */
function setUp(tokens: (string | null)[], good = "new") {
  const seen: Seen[] = [];
  const asked: (string | undefined)[] = [];
  const send = createAuthorizedFetch({
    env: {
      navigation: null,
      async fetch(input, init) {
        const request = new Request(input, {
          ...init,
          ...(init?.body instanceof ReadableStream && { duplex: "half" }),
        });
        const authorization = request.headers.get("authorization");
        seen.push({ authorization, body: await request.text(), method: request.method });
        return new Response(null, { status: authorization === `Bearer ${good}` ? 200 : 401 });
      },
    },
    async getToken({ notToken }) {
      asked.push(notToken);
      const value = tokens.shift() ?? null;
      return value === null ? null : { value, type: "Bearer" };
    },
  });
  return { send, seen, asked };
}

const url = "https://api.example.com/things";
const stream = () => new Blob(["body"]).stream();

describe("a request with the access token", () => {
  it("is sent once when the API takes it", async () => {
    const { send, seen } = setUp(["new"]);
    expect((await send(url, { headers: { "X-Own": "1" } })).status).toBe(200);
    expect(seen).toEqual([{ authorization: "Bearer new", body: "", method: "GET" }]);
  });

  it.each<[string, () => [string | URL | Request, RequestInit?], string]>([
    ["an address", () => [url], ""],
    ["a URL", () => [new URL(url)], ""],
    ["text", () => [url, { method: "POST", body: "body" }], "body"],
    ["a form", () => [url, { method: "POST", body: new URLSearchParams({ a: "1" }) }], "a=1"],
    ["a blob", () => [url, { method: "POST", body: new Blob(["body"]) }], "body"],
    ["bytes", () => [url, { method: "POST", body: new TextEncoder().encode("body") }], "body"],
    ["a Request", () => [new Request(url)], ""],
    ["a Request with a body", () => [new Request(url, { method: "POST", body: "body" })], "body"],
    ["a Request with another body", () => [new Request(url, { method: "POST", body: "x" }), { body: "body" }], "body"],
  ])("is sent once more with another token after a 401: %s", async (_what, make, body) => {
    const { send, seen, asked } = setUp(["old", "new"]);
    expect((await send(...make())).status).toBe(200);
    expect(seen.map((each) => [each.authorization, each.body])).toEqual([
      ["Bearer old", body],
      ["Bearer new", body],
    ]);
    expect(asked).toEqual([undefined, "old"]);
  });

  it.each<[string, () => BodyInit]>([
    ["a stream", stream],
    [
      "what is iterated asynchronously",
      () =>
        (async function* () {
          yield new TextEncoder().encode("body");
        })() as unknown as BodyInit,
    ],
  ])("is not sent again when its body is gone, but another token is fetched: %s", async (_what, body) => {
    const { send, seen, asked } = setUp(["old", "new"]);
    const init: RequestInit & { duplex: "half" } = { method: "POST", body: body(), duplex: "half" };
    expect((await send(url, init)).status).toBe(401);
    expect([seen.length, asked]).toEqual([1, [undefined, "old"]]);
  });

  it("is not sent a third time", async () => {
    const { send, seen } = setUp(["old", "older", "oldest"]);
    expect((await send(url)).status).toBe(401);
    expect(seen).toHaveLength(2);
  });

  it("is answered with the 401 when the session has ended meanwhile", async () => {
    const { send, seen } = setUp(["old", null]);
    expect((await send(url)).status).toBe(401);
    expect(seen).toHaveLength(1);
  });

  it("goes without a token when nobody is signed in", async () => {
    const { send, seen, asked } = setUp([null]);
    expect((await send(url)).status).toBe(401);
    expect([seen[0]?.authorization, asked.length]).toEqual([null, 1]);
  });

  it("keeps the headers of a Request, unless others are given", async () => {
    const headersSent: (string | null)[] = [];
    const send = createAuthorizedFetch({
      env: {
        navigation: null,
        async fetch(input, init) {
          headersSent.push(new Request(input, init).headers.get("x-own"));
          return new Response();
        },
      },
      getToken: async () => ({ value: "t", type: "Bearer" }),
    });
    const request = new Request(url, { headers: { "X-Own": "kept" } });
    await send(request);
    await send(request, { headers: {} });
    expect(headersSent).toEqual(["kept", null]);
  });
});
