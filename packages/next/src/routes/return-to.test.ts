import { describe, expect, it } from "vitest";
import { safeReturn } from "./return-to.ts";

const app = { appOrigin: "https://app.example.com", authPath: "/auth" };

describe("after a sign-in a person goes", () => {
  it.each<[string, string]>([
    ["/", "/"],
    ["/orders?page=2#last", "/orders?page=2#last"],
    ["/a/../b", "/b"],
    ["/authors", "/authors"],
    ["https://app.example.com/orders", "/orders"],
    ["https://app.example.com", "/"],
    ["/search?q=https://evil.example", "/search?q=https://evil.example"],
  ])("to %s", (asked, path) => {
    expect(safeReturn(asked, app, "/home")).toBe(path);
  });

  it.each<[string, string | null]>([
    ["no address", null],
    ["an empty one", ""],
    ["another site", "https://evil.example/"],
    ["another scheme", "http://app.example.com/"],
    ["a longer host", "https://app.example.com.evil.example/"],
    ["a user name", "https://app.example.com@evil.example/"],
    ["a user name of ours", "https://ada@app.example.com/"],
    ["another port", "https://app.example.com:8443/"],
    ["a scheme-relative address", "//evil.example"],
    ["one with three slashes", "///evil.example"],
    ["a backslash", "/\\evil.example"],
    ["two backslashes", "\\\\evil.example"],
    ["a tab that browsers drop", "/\t/evil.example"],
    ["a line break that browsers drop", "/\n/evil.example"],
    ["a leading space", " //evil.example"],
    ["dots that leave a slash", "/.//evil.example"],
    ["a path without its slash", "orders"],
    ["script", "javascript:alert(1)"],
    ["data", "data:text/html,x"],
    ["the sign-in itself", "/auth/signin"],
    ["the sign-out", "/auth/signout?x"],
    ["the sign-in behind dots", "/a/../auth/callback"],
    ["an address without end", `/${"a".repeat(3_000)}`],
  ])("home, for %s", (_case, asked) => {
    expect(safeReturn(asked, app, "/home")).toBe("/home");
  });
});
