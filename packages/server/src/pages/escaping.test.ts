import { describe, expect, it } from "vitest";
import { createPages } from "./index.ts";

/** Every page with that text in every place that takes text, and that address in every place that takes one. */
function pagesWith(text: string, address: string): Readonly<Record<string, string>> {
  const pages = createPages({ brandName: text });
  const locale = "en";
  const user = { name: text, email: `${text}@example.com`, picture: address };
  const hidden = { [text]: text, account: "acc_forged" };
  return {
    home: pages.homePage({ locale, user: null, signinHref: address, signoutHref: address, issuer: text }),
    "home, signed in": pages.homePage({ locale, user, signinHref: address, signoutHref: address, issuer: address }),
    "provider chooser": pages.providerChooserPage({
      locale,
      clientName: text,
      notice: text,
      providers: [
        { id: text, name: text, href: address },
        { id: text, name: text, href: address, kind: "practice" },
      ],
    }),
    "account chooser": pages.accountChooserPage({
      locale,
      user,
      accounts: [{ id: text, name: text, role: text, lastUsed: true }],
      action: address,
      hidden,
    }),
    error: pages.errorPage({
      locale,
      code: "internal_error",
      detail: text,
      requestId: text,
      retryHref: address,
      clientHref: address,
      clientName: text,
    }),
    "signed out": pages.signedOutPage({ locale, providerName: text, signinHref: address, returnHref: address }),
    "sign-out question": pages.signoutConfirmPage({ locale, user, action: address, hidden }),
  };
}

/** A page's tags in order, attributes by name only: text may differ between two pages, this must not. */
function skeletonOf(html: string): readonly string[] {
  return html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""')) ?? [];
}

const harmless = pagesWith("harmless", "/harmless");
const texts = [
  "<script>alert(1)</script>",
  "</title></style></script><img src=x onerror=alert(1)>",
  `" onfocus="alert(1)" autofocus="`,
  "' onfocus='alert(1)' autofocus='",
  "<!--",
  "]]><svg onload=alert(1)>",
  "&lt;script&gt;",
  "`<b>`",
  "$&$1$$`{{7*7}}",
];

describe.each(texts)("pages given %j", (text) => {
  it.each(Object.entries(pagesWith(text, "/harmless")))(
    "have only their own elements and attributes: %s",
    (name, html) => {
      expect(skeletonOf(html)).toEqual(skeletonOf(harmless[name] ?? ""));
      expect(html).toContain(
        text
          .replaceAll("&", "&amp;")
          .replaceAll("<", "&lt;")
          .replaceAll(">", "&gt;")
          .replaceAll('"', "&quot;")
          .replaceAll("'", "&#39;"),
      );
    },
  );
});

describe.each([
  "javascript:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,x",
  "//evil.example",
  "/\\evil.example",
])("pages given the address %j", (address) => {
  it.each(Object.entries(pagesWith("harmless", address)))("lead and post only to themselves: %s", (_name, html) => {
    const used = [...html.matchAll(/\s(?:href|action|src|formaction)="([^"]*)"/g)].map((match) => match[1]);
    expect(used).toContain("#");
    for (const one of used) expect(one).toMatch(/^(#|\/(?!\/))/);
  });
});
