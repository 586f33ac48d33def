import { describe, expect, it } from "vitest";
import { createLogger } from "./logger.ts";

const canary = "canary-5ec2e7";

/** What one call writes. */
function logged(write: (logger: ReturnType<typeof createLogger>) => void, level = "debug"): string {
  const lines: string[] = [];
  write(createLogger({ level, destination: { write: (line) => void lines.push(line) } }));
  return lines.join("");
}

describe("a log line", () => {
  it("is one JSON object with level, time and service", () => {
    const line = logged((logger) => logger.info({ request_id: "r" }, "hello\nworld"));
    expect(line.split("\n")).toHaveLength(2);
    expect(JSON.parse(line)).toMatchObject({
      level: "info",
      service: "holdfast",
      request_id: "r",
      msg: "hello\nworld",
    });
    expect(Date.parse(JSON.parse(line).time)).not.toBeNaN();
  });

  it("below the level is not written", () => {
    expect(logged((logger) => logger.debug("x"), "info")).toBe("");
  });

  it.each([
    "access_token",
    "refresh_token",
    "id_token",
    "code_verifier",
    "client_secret",
    "secret",
    "password",
    "authorization",
    "cookie",
  ])("hides a field called %s, at the top and one level down", (name) => {
    const line = logged((logger) => logger.info({ [name]: canary, headers: { [name]: canary } }, "x"));
    expect(line).not.toContain(canary);
    expect(line).toContain("[secret]");
  });
});

describe("an error in the log", () => {
  it("shows type, message, code, stack and causes", () => {
    const cause = Object.assign(new TypeError("inner"), { code: "ECONNREFUSED" });
    const { err } = JSON.parse(logged((logger) => logger.error({ err: new Error("outer", { cause }) }, "x")));
    expect(err).toMatchObject({
      type: "Error",
      message: "outer",
      cause: { type: "TypeError", message: "inner", code: "ECONNREFUSED" },
    });
    expect(err.stack).toContain("logger.test.ts");
  });

  it.each<[string, unknown]>([
    ["a token", canary],
    ["an answer's body", { body: { access_token: canary, nested: { id_token: canary } } }],
    ["claims", { claims: { email: canary }, claim: "nonce", expected: canary }],
    ["parameters", new URLSearchParams({ code: canary, state: canary })],
    ["a request", new Request("http://localhost", { headers: { "x-canary": canary } })],
    ["a map", new Map([["token", canary]])],
    ["bytes", Buffer.from(canary)],
    ["a list", [canary, { token: canary }]],
  ])("does not show what a library hung on it as its cause: %s", (_what, cause) => {
    const deep = new Error("outer", { cause: new Error("inner", { cause }) });
    for (const err of [deep, new Error("only", { cause })]) {
      const line = logged((logger) => logger.error({ err }, "x"));
      expect(line).not.toContain(canary);
      expect(JSON.parse(line).err.message).toBe(err.message);
    }
  });

  it("still says which claim or attribute it was about", () => {
    const cause = { claims: { email: canary }, claim: "nonce", attribute: "issuer" };
    const line = logged((logger) => logger.error({ err: new Error("x", { cause }) }, "x"));
    expect(JSON.parse(line).err.cause).toEqual({ claim: "nonce", attribute: "issuer" });
  });

  it.each([
    ["JSON", `{"refresh_token":"${canary}"x`],
    ["JSON that ends early", `{"refresh_token":"${canary}`],
    ["no JSON", canary],
  ])("does not quote the text that was %s", (_what, text) => {
    let thrown: unknown;
    try {
      JSON.parse(text);
    } catch (error) {
      thrown = error;
    }
    const line = logged((logger) => logger.error({ err: new Error("outer", { cause: thrown }) }, "x"));
    // V8 quotes some ten characters around the place.
    for (let i = 0; i + 6 <= canary.length; i++) expect(line).not.toContain(canary.slice(i, i + 6));
    expect(JSON.parse(line).err.cause.type).toBe("SyntaxError");
  });

  it("that is its own cause, or nests without end, does not hang", () => {
    const own = new Error("own");
    own.cause = own;
    expect(JSON.parse(logged((logger) => logger.error({ err: own }, "x"))).err.message).toBe("own");
    let deep = new Error("deepest");
    for (let i = 0; i < 10_000; i++) deep = new Error(`level ${i}`, { cause: deep });
    expect(logged((logger) => logger.error({ err: deep }, "x")).length).toBeLessThan(100_000);
  });

  it.each([
    ["a text", "thrown"],
    ["undefined", undefined],
    ["null", null],
    ["a number", 7],
  ])("may be no error at all: %s", (_what, err) => {
    expect(() => logged((logger) => logger.error({ err }, "x"))).not.toThrow();
  });
});
