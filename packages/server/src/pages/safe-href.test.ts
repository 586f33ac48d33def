import { describe, expect, it } from "vitest";
import { safeHref } from "./safe-href.ts";

describe("safeHref", () => {
  it.each([
    ["/", "/"],
    ["/signin/google?client_id=a&return_to=%2Fx#top", "/signin/google?client_id=a&return_to=%2Fx#top"],
    ["https://app.example.com/back?a=1", "https://app.example.com/back?a=1"],
    ["http://localhost:5173", "http://localhost:5173/"],
    ["HTTPS://app.example.com/", "https://app.example.com/"],
  ])("lets %j through", (href, expected) => {
    expect(safeHref(href)).toBe(expected);
  });

  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript:alert(1)",
    "\u0001javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "blob:https://app.example.com/0",
    "file:///etc/passwd",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/x/../..//evil.example",
    "https:evil.example",
    "https://",
    "relative",
    "",
  ])("refuses %j", (href) => {
    expect(safeHref(href)).toBe("#");
  });
});
