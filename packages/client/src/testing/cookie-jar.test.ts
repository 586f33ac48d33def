import { describe, expect, it } from "vitest";
import { createCookieJar } from "./cookie-jar.ts";

const login = new URL("https://login.example.com/refresh");
const app = { from: "https://app.example.com" };
const foreign = { from: "https://app.example.net" };

function createJar({ blocks = false } = {}) {
  let now = 0;
  const jar = createCookieJar({ wallNow: () => now, blocksThirdParties: () => blocks });
  return { jar, pass: (ms: number) => (now += ms) };
}

describe("a browser's cookies", () => {
  it("go to their path, on their host, and over TLS where they are secure", () => {
    const { jar } = createJar();
    jar.take(login, ["a=1; Path=/refresh; Secure; SameSite=Strict"], app);
    expect(jar.headerFor(login, app)).toBe("a=1");
    expect(jar.headerFor(new URL("https://login.example.com/refreshing"), app)).toBeNull();
    expect(jar.headerFor(new URL("https://api.example.com/refresh"), app)).toBeNull();
    expect(jar.headerFor(new URL("http://login.example.com/refresh"), app)).toBeNull();
  });

  it.each([
    { line: "a=1; SameSite=Strict", blocks: false, passes: false },
    { line: "a=1; SameSite=Lax", blocks: false, passes: false },
    { line: "a=1", blocks: false, passes: false },
    { line: "a=1; SameSite=None", blocks: false, passes: true },
    { line: "a=1; SameSite=None", blocks: true, passes: false },
  ])("pass between sites or not: $line, third parties blocked: $blocks", ({ line, blocks, passes }) => {
    const { jar } = createJar({ blocks });
    jar.take(login, [line], { from: null });
    expect(jar.headerFor(login, foreign)).toBe(passes ? "a=1" : null);
  });

  it("are not taken from another site's page either, where they could not be sent", () => {
    const { jar } = createJar();
    jar.take(login, ["a=1; SameSite=Strict"], foreign);
    expect(jar.names()).toEqual([]);
  });

  it("run out by the computer's clock, and go when they are cleared", () => {
    const { jar, pass } = createJar();
    jar.take(login, ["a=1; Max-Age=10", "b=2; Max-Age=100"], app);
    pass(10_000);
    expect(jar.names()).toEqual(["b"]);
    jar.take(login, ["b=; Max-Age=0"], app);
    expect(jar.headerFor(login, app)).toBeNull();
  });
});
