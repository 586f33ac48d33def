import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance, shownError } from "../providers/odd-provider.testing.ts";
import { appOrigin, bodyClient, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

let odd: OddInstance;
let issuer: string;
let cookie: string;
beforeAll(async () => {
  odd = await createOddInstance({ clients: [testClient, bodyClient] });
  issuer = odd.instance.issuer;
  cookie = `holdfast_session=${(await startSession(odd.instance)).cookie}`;
});
afterAll(() => odd.close());

const queries = [
  "/signin",
  "/signin/odd",
  "/signin/account",
  "/signout",
  "/signed-out",
  "/integrations/oauth2/callback",
];
const bodies = ["/signin/account", "/signin/redeem", "/refresh", "/signout"];

const get = (path: string, query: string) =>
  fetch(`${issuer}${path}?${query}`, { redirect: "manual", headers: { cookie } });

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, type = "application/x-www-form-urlencoded") =>
  fetch(issuer + path, {
    method: "POST",
    redirect: "manual",
    headers: { cookie, origin: issuer, ...(type === "" ? {} : { "content-type": type }) },
    body: typeof body === "string" ? Buffer.from(body) : body,
  });

async function expectRefused(response: Response, status = 400) {
  expect(response.status).toBe(status);
  const answer = (await response.json()) as { code?: string; reason?: string; error?: string };
  expect(response.headers.getSetCookie()).toEqual([]);
  expect(response.headers.get("location")).toBeNull();
  return answer.code ?? answer.reason;
}

describe.each(queries)("the query of %s", (path) => {
  it.each([
    "client_id=app&client_id=app",
    "client_id=app&client_id=device",
    "client_id=app&client%5fid=app",
    "state=a&state=b",
    "code=a&code=b",
    "error=a&error=b",
    "iss=a&iss=b",
    "return_to=a&return_to=b",
    "account=a&account=b",
    "prompt=login&prompt=login",
    "unknown=1&unknown=2",
    "=1&=2",
  ])("with a parameter twice is refused: %s", async (query) => {
    expect(await expectRefused(await get(path, query))).toBe("invalid_request");
  });

  it.each([
    ["NUL", "%00"],
    ["a line feed", "a%0ab"],
    ["a carriage return", "a%0d%0aSet-Cookie:%20x=y"],
    ["a tab", "%09"],
    ["an escape", "%1b[31m"],
    ["DEL", "%7f"],
  ])("with %s is refused", async (_what, value) => {
    for (const name of ["state", "return_to", "client_id", "code", "x"]) {
      expect(await expectRefused(await get(path, `${name}=${value}`))).toBe("invalid_request");
    }
  });

  it("with a very long value is refused", async () => {
    expect(await expectRefused(await get(path, `state=${"a".repeat(4_097)}`))).toBe("invalid_request");
  });

  it.each([
    "%",
    "%zz",
    "%ff",
    "&&&",
    "===",
    "client_id",
    "client_id[]=app",
    "client_id[a]=app",
    "__proto__=1&constructor=2",
  ])("of nonsense is never an error of ours: %s", async (query) => {
    const { status } = await get(path, query);
    expect(status).toBeLessThan(500);
  });
});

describe.each(bodies)("the body of POST %s", (path) => {
  it.each([
    "client_id=app&client_id=app",
    "client_id=app&client_id=device",
    "client_id=device&client_secret=a&client_secret=b",
    "refresh_token=a&refresh_token=b",
    "code=a&code=b",
    "code_verifier=a&code_verifier=b",
    "account=a&account=b",
    "return_to=a&return_to=b",
    "grant_type=refresh_token&grant_type=refresh_token",
    "unknown=1&unknown=2",
  ])("with a parameter twice is refused: %s", async (body) => {
    expect(await expectRefused(await post(path, body))).toBe("invalid_request");
  });

  it.each(["client_id=a%00b", "refresh_token=a%0ab", "code=%7f", "x=%1b"])(
    "with a control character is refused: %s",
    async (body) => {
      expect(await expectRefused(await post(path, body))).toBe("invalid_request");
    },
  );

  it.each([
    ["not JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["a text", '"client_id"'],
    ["a number as value", '{"client_id":7}'],
    ["a list as value", '{"client_id":["app"]}'],
    ["an object as value", '{"client_id":{"a":"app"}}'],
    ["null as value", '{"client_id":null}'],
    ["true as value", '{"client_id":true}'],
    ["a control character", '{"client_id":"a\\u0000"}'],
    ["a member twice", '{"client_id":"app","client_id":"device"}'],
    ["a member twice, once escaped", '{"client_id":"app","client\\u005fid":"device"}'],
    ["much depth", "[".repeat(20_000)],
  ])("of JSON that is %s is refused", async (_what, body) => {
    expect(await expectRefused(await post(path, body, "application/json"))).toBe("invalid_request");
  });

  it.each([
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/xml",
    "application/jsonp",
    "",
    "application/json2",
    "*/*",
    "application/x-www-form-urlencoded, application/json",
  ])("of type %j is refused", async (type) => {
    expect(await expectRefused(await post(path, "client_id=app", type), 415)).toBe("unsupported_media_type");
  });

  it.each(["APPLICATION/JSON", "application/json; charset=utf-8", "application/json ;charset=utf-8"])(
    "of type %s is read as JSON",
    async (type) => {
      const response = await post(path, '{"client_id":"nobody"}', type);
      expect(response.status).not.toBe(415);
      expect(((await response.json()) as { code?: string; reason?: string }).code ?? "client_unknown").toBe(
        "client_unknown",
      );
    },
  );

  it("of more than 64 KB is refused, told or not told how long it is", async () => {
    const body = `x=${"a".repeat(70_000)}`;
    expect(await expectRefused(await post(path, body), 413)).toBe("payload_too_large");
    const chunks = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 20; i++) controller.enqueue(new TextEncoder().encode("a".repeat(4_096)));
        controller.close();
      },
    });
    const response = await fetch(issuer + path, {
      method: "POST",
      redirect: "manual",
      duplex: "half",
      headers: { origin: issuer, cookie, "content-type": "application/x-www-form-urlencoded" },
      body: chunks,
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it("of bytes that are no text is never an error of ours", async () => {
    const bytes = new Uint8Array([0xff, 0xfe, 0x00, 0x7b]);
    await expectRefused(await post(path, bytes, "application/json"));
    expect((await post(path, bytes)).status).toBeLessThan(500);
  });

  it("of JSON with a colon, a quote and a backslash in its strings is read as it is", async () => {
    const body = JSON.stringify({ client_id: "nobody", 'x":"y': 'a"b\\:c' });
    const answer = (await (await post(path, body, "application/json")).json()) as Record<string, string>;
    expect(answer.code ?? answer.reason).toBe("client_unknown");
  });
});

describe("a refused parameter", () => {
  it("is named in the answer, in characters that harm nobody", async () => {
    const name = encodeURIComponent('<img src=x onerror="a">\n\u202e');
    const response = await get("/signin", `${name}=1&${name}=2`);
    const problem = (await response.json()) as { problems: [{ path: string }] };
    expect(problem.problems[0].path).toMatch(/^[\x20-\x7e]{1,40}$/);
    const page = await fetch(`${issuer}/signin?${name}=1&${name}=2`, { headers: { accept: "text/html" } });
    const html = await page.text();
    expect(html).not.toContain("<img");
    expect(shownError(html)).toBe("invalid_request");
  });

  it("did not use the sign-in up that it came with", async () => {
    const browser = odd.instance.browser();
    const { url } = await browser.open(`${issuer}/signin?client_id=app`, `${issuer}/integrations`);
    expect((await browser.request(`${url}&state=x`)).status).toBe(400);
    expect((await browser.request(url)).headers.get("location")).toBe(`${appOrigin}/`);
  });
});
