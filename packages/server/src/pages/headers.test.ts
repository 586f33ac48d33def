import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createPages, pageHeaders } from "./index.ts";

const page = createPages({ brandName: "Holdfast" }).signedOutPage({ locale: "en", signinHref: "/signin" });

describe("pageHeaders", () => {
  it("allows exactly the stylesheet that pages embed, and nothing else of its kind", () => {
    const styles = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)].map((match) => match[1] ?? "");
    expect(styles).toHaveLength(1);
    const hash = createHash("sha256")
      .update(styles[0] ?? "")
      .digest("base64");
    expect(policyOf({ locale: "en" })).toContain(`style-src 'sha256-${hash}'`);
    expect(page).not.toMatch(/\sstyle=/);
  });

  it("starts from nothing: no script, no frame, no base, forms only to ourselves", () => {
    expect(policyOf({ locale: "en" })).toEqual([
      "default-src 'none'",
      expect.stringMatching(/^style-src 'sha256-[\w+/]+=*'$/),
      "img-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]);
    expect(page).not.toMatch(/<script|\son\w+=/i);
  });

  it("adds the origins that a form may end up at, once each and without their paths", () => {
    const formActions = ["https://app.example.com/callback?x=1", "http://localhost:5173", "https://app.example.com"];
    expect(policyOf({ locale: "en", formActions })).toContain(
      "form-action 'self' https://app.example.com http://localhost:5173",
    );
  });

  it.each([
    "",
    "*",
    "'unsafe-inline'",
    "app.example.com",
    "javascript:alert(1)",
    "data:,",
    "https://a.example;script-src *",
    "https://a.example;.b",
    "https://a,b",
    "https://*",
  ])("refuses %j as a form's destination", (formAction) => {
    expect(() => pageHeaders({ locale: "en", formActions: [formAction] })).toThrow(TypeError);
  });

  it("forbids framing, storing, sniffing and telling others where one came from, and names the language", () => {
    expect(pageHeaders({ locale: "de" })).toMatchObject({
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "content-language": "de",
    });
  });
});

function policyOf(options: Parameters<typeof pageHeaders>[0]): string[] {
  return (pageHeaders(options)["content-security-policy"] ?? "").split("; ");
}
