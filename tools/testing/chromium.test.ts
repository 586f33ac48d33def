import { expect, it, vi } from "vitest";
import { ensureChromium, needsBrowser } from "./chromium.ts";

it.each([
  [[], true],
  [["-t", "refuses"], true],
  [["e2e/pages.test.ts"], true],
  [["packages/verify", "e2e/upstream"], true],
  [["packages/verify"], false],
  [["packages/server/src/clock/clock.test.ts", "--reporter=verbose"], false],
  [["--project=unit"], false],
  [["--project", "unit"], false],
  [["--project", "e2e"], true],
])("for the arguments %j a browser is needed: %s", (args, needed) => {
  expect(needsBrowser(args)).toBe(needed);
});

it("takes the browser that CHROMIUM names", () => {
  expect(ensureChromium({ CHROMIUM: process.execPath })).toBe(process.execPath);
});

it("says so when CHROMIUM names nothing", () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  expect(ensureChromium({ CHROMIUM: "/nowhere/chrome" })).toBeUndefined();
  expect(said.mock.calls.join()).toMatch(/\/nowhere\/chrome[\s\S]*package chromium/);
  said.mockRestore();
});
