import { describe, expect, it } from "vitest";
import { parseConfig } from "../config/index.ts";
import { allowedReturn, createClients } from "./index.ts";

const { clients, tokens } = parseConfig(
  {
    secret: "x".repeat(32),
    clients: [
      {
        id: "shop",
        audience: "https://api.example.com",
        origins: ["https://www.example.com", "http://localhost:5999"],
        signin: { success: "https://shop.example.com/welcome?from=holdfast" },
      },
    ],
  },
  { mode: "development" },
);
const shop = createClients(clients, tokens).choose("shop");

describe("a person is sent back", () => {
  it.each<[string, string | null, string]>([
    ["to the client's own address by default", null, "https://shop.example.com/welcome?from=holdfast"],
    [
      "to any page of its origins",
      "https://shop.example.com/cart?item=1#top",
      "https://shop.example.com/cart?item=1#top",
    ],
    ["to another of its origins", "https://www.example.com", "https://www.example.com/"],
    ["to a development port", "http://localhost:5999/", "http://localhost:5999/"],
    ["to the default port, written out", "https://shop.example.com:443/", "https://shop.example.com/"],
    ["as a browser reads dots", "https://shop.example.com/a/../b", "https://shop.example.com/b"],
  ])("%s", (_case, returnTo, expected) => {
    expect(allowedReturn(shop, returnTo)).toBe(expected);
  });
});

describe("a person is not sent to", () => {
  it.each([
    ["another host", "https://evil.example/"],
    ["a longer host", "https://shop.example.com.evil.example/"],
    ["a host that ends alike", "https://evilshop.example.com/"],
    ["a parent host", "https://example.com/"],
    ["another scheme", "http://shop.example.com/"],
    ["another port", "https://shop.example.com:8443/"],
    ["another local port", "http://localhost:5998/"],
    ["an IP address of the same machine", "http://127.0.0.1:5999/"],
    ["a user name", "https://shop.example.com@evil.example/"],
    ["our host with a user name", "https://ada@shop.example.com/"],
    ["our host with a password", "https://:secret@shop.example.com/"],
    ["a backslash after the host", "https://evil.example\\@shop.example.com/"],
    ["a scheme-relative address", "//shop.example.com/"],
    ["a path", "/cart"],
    ["nothing", ""],
    ["script", "javascript:alert(document.domain)"],
    ["script that names our origin", "javascript://shop.example.com/%0aalert(1)"],
    ["data", "data:text/html,<script>alert(1)</script>"],
    ["a blob of our origin", "blob:https://shop.example.com/0b2d0e3c-6b0f-4c5e-9a1e-000000000000"],
    ["a file", "file:///etc/passwd"],
    ["a custom scheme", "shop:callback"],
    ["an encoded host", "https://shop.example.com%2f@evil.example/"],
    ["a tab in the scheme", "java\tscript:alert(1)"],
    ["white space only", "  "],
  ])("%s", (_case, returnTo) => {
    expect(() => allowedReturn(shop, returnTo)).toThrow(
      expect.objectContaining({ name: "AppError", code: "redirect_not_allowed" }),
    );
  });
});
