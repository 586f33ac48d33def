import { describe, expect, it } from "vitest";
import { normalizeTarget } from "./target-uri.ts";

const target = "https://id.example.com/refresh";

describe("an address is the same", () => {
  it.each([
    target,
    "HTTPS://ID.Example.COM/refresh",
    "https://id.example.com:443/refresh",
    "https://id.example.com/refresh?client_id=app",
    "https://id.example.com/refresh#top",
    "https://id.example.com/refresh?#",
    "https://id.example.com/x/../refresh",
    "https://id.example.com/%72efresh",
    "https://id.example.com/ref%72%65sh",
  ])("%s", (text) => {
    expect(normalizeTarget(text)).toBe(target);
  });

  it("with an encoding in capitals or not", () => {
    expect(normalizeTarget("https://a.example/%c3%a4")).toBe(normalizeTarget("https://a.example/%C3%A4"));
    expect(normalizeTarget("https://a.example/ä")).toBe("https://a.example/%C3%A4");
  });
});

describe("an address is another", () => {
  it.each([
    "http://id.example.com/refresh",
    "https://id.example.com:444/refresh",
    "https://id.example.com/refresh/",
    "https://id.example.com/Refresh",
    "https://id.example.com/%2Frefresh",
    "https://id.example.com.evil.example/refresh",
    "https://ada@id.example.com/refresh",
    "https://ada:x@id.example.com/refresh",
    "https://id.example.com//refresh",
    "/refresh",
    "refresh",
    "",
  ])("%s", (text) => {
    expect(normalizeTarget(text)).not.toBe(target);
  });
});
