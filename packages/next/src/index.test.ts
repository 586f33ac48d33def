import { expect, test } from "vitest";
import * as door from "./index.ts";
import * as proxy from "./proxy.ts";
import * as server from "./server/index.ts";

test("exports exactly what is promised", () => {
  expect(Object.keys(door).sort()).toEqual([
    "HoldfastProvider",
    "SignedIn",
    "SignedOut",
    "useAuth",
    "useAuthClient",
    "useAuthState",
    "useUser",
  ]);
  expect(Object.keys(server).sort()).toEqual(["createHoldfast"]);
  expect(Object.keys(proxy).sort()).toEqual(["createProxy"]);
});

test("a door is opened without settings: a build has none", () => {
  expect(() => [server.createHoldfast(), proxy.createProxy()]).not.toThrow();
  expect(() => proxy.createProxy({ protect: ["orders"] })).toThrow(TypeError);
});
