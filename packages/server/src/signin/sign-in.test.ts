import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appOrigin, createTestInstance, type TestInstance } from "../testing/instance.ts";
import { signInAs } from "../testing/sign-in.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTestInstance();
});
afterAll(() => instance.close());

describe("a sign-in", () => {
  it("ends at the app, with a session and a refresh cookie, and no token in the address", async () => {
    const browser = instance.browser();
    const arrived = await signInAs(instance, browser);
    expect(arrived.url.href).toBe(`${appOrigin}/`);
    expect(browser.cookieNames).toEqual(
      expect.arrayContaining(["holdfast_session", expect.stringMatching(/^holdfast_refresh\.app~1\./)]),
    );
  });
});
