import { describe, expect, it } from "vitest";
import { AuthError, transient } from "./auth-error.ts";
import { createBackoff } from "./backoff.ts";

function setUp({ random = 1, isVisible = true, isOnline = true } = {}) {
  const lifecycle = { isVisible: () => isVisible, isOnline: () => isOnline, listen: () => () => {} };
  const backoff = createBackoff({ random: () => random, lifecycle });
  return { backoff, row: (error: AuthError, length: number) => Array.from({ length }, () => backoff.next(error)) };
}

const network = transient("network_error", "");
const server = transient("server_error", "");
const developer = new AuthError("invalid_client", "", { kind: "developer" });

describe("waiting after a failure", () => {
  it("begins at once for the network, and doubles up to 30 s", () => {
    expect(setUp().row(network, 10)).toEqual([0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it("goes on to five minutes in a hidden page", () => {
    expect(setUp({ isVisible: false }).row(network, 14).at(-1)).toBe(300_000);
  });

  it("is twice as long where the browser says it is offline, and never endless", () => {
    expect(setUp({ isOnline: false }).row(network, 12).slice(-2)).toEqual([60_000, 60_000]);
  });

  it("goes from one second to a minute when the server fails", () => {
    expect(setUp().row(server, 8)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  it("is a minute and more for what somebody has to mend", () => {
    expect(setUp().row(developer, 4)).toEqual([60_000, 120_000, 240_000, 300_000]);
  });

  it("is never nothing twice, not even when the dice say so", () => {
    const [first, ...rest] = setUp({ random: 0 }).row(network, 20);
    expect(first).toBe(0);
    expect(Math.min(...rest)).toBe(25);
  });

  it("is spread by the dice over nine tenths", () => {
    expect(setUp({ random: 0.5 }).row(server, 1)).toEqual([550]);
  });

  it("does not try again at once what the page itself gave up", () => {
    expect(setUp().row(transient("request_aborted", ""), 1)).toEqual([125]);
  });

  it("begins anew after a reset", () => {
    const { backoff, row } = setUp();
    row(network, 8);
    backoff.reset();
    expect(backoff.next(network)).toBe(0);
  });
});
