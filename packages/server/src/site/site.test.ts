import { errorCatalogue } from "@holdfast/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false });
});
afterAll(() => instance.close());

const open = (path: string, headers: Record<string, string> = {}) =>
  fetch(instance.issuer + path, { headers: { accept: "text/html", ...headers } });

describe("the home page", () => {
  it("offers to sign in, and to whom is signed in, to sign out", async () => {
    const stranger = await (await open("/")).text();
    expect(stranger).toContain('href="/signin');
    const { cookie } = await startSession(instance);
    const known = await (await open("/", { cookie: `holdfast_session=${cookie}` })).text();
    expect(known).toContain("Ada");
    expect(known).toContain("/signout");
    expect(known).not.toContain(cookie);
  });

  it("knows nobody whose session has ended", async () => {
    const { cookie, session } = await startSession(instance);
    await instance.holdfast.users.disable(session.userId);
    expect(await (await open("/", { cookie: `holdfast_session=${cookie}` })).text()).not.toContain("ada@example.com");
    await instance.holdfast.users.enable(session.userId);
  });
});

describe("the error catalogue", () => {
  it("lists every code, and has a page for each", async () => {
    const index = await (await open("/errors")).text();
    for (const code of Object.keys(errorCatalogue)) {
      expect(index).toContain(`/errors/${code}`);
      const page = await open(`/errors/${code}`);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain(code);
    }
  });

  it("has what every error answer points to", async () => {
    const problem = (await (await fetch(`${instance.issuer}/nowhere`)).json()) as { type: string };
    expect((await fetch(problem.type)).status).toBe(200);
  });

  it.each(["nope", "NOT_FOUND", "__proto__", "hasOwnProperty", "not_found.html"])(
    "has no page for %s",
    async (code) => {
      expect((await open(`/errors/${code}`)).status).toBe(404);
    },
  );
});

it("speaks the language the browser asks for, where it knows it", async () => {
  const german = await open("/errors/not_found", { "accept-language": "de-AT,de;q=0.9,en;q=0.5" });
  expect(german.headers.get("content-language")).toBe("de");
  const unknown = await open("/errors/not_found", { "accept-language": "xx,,;q=,*;q=0.1" });
  expect(unknown.headers.get("content-language")).toBe("en");
});

it.each(["/favicon.ico", "/favicon.svg"])("has an icon at %s that caches may keep", async (path) => {
  const response = await open(path);
  expect(response.headers.get("content-type")).toBe("image/svg+xml");
  expect(response.headers.get("cache-control")).toBe("public, max-age=86400");
});
