import type { ErrorCode } from "@holdfast/protocol";
import { errorCatalogue } from "@holdfast/protocol";
import { describe, expect, it } from "vitest";
import * as door from "./index.ts";
import { createPages, faviconSvg, isErrorCode } from "./index.ts";

const pages = createPages({ brandName: "Holdfast" });
const ada = { name: "Ada Lovelace", email: "ada@example.com", picture: "https://pictures.example/ada.png" };

describe("every page", () => {
  it("says its language and direction, and loads nothing from elsewhere", () => {
    const html = pages.homePage({ locale: "de", user: ada, signinHref: "/a", signoutHref: "/b", issuer: "http://c" });
    expect(html).toMatch(/^<!doctype html>\n<html lang="de" dir="ltr">/);
    expect(html).toContain("Sie sind angemeldet");
    expect(html).not.toContain("pictures.example");
  });
});

describe("homePage", () => {
  it("offers sign-in to a stranger and sign-out to a person, never both", () => {
    const view = {
      locale: "en",
      signinHref: "/signin",
      signoutHref: "/signout",
      issuer: "http://localhost:4000",
    } as const;
    const stranger = pages.homePage({ ...view, user: null });
    const person = pages.homePage({ ...view, user: { name: null, email: "ada@example.com" } });
    expect(stranger).toContain('href="/signin"');
    expect(stranger).not.toContain('href="/signout"');
    expect(person).toContain('href="/signout"');
    expect(person).not.toContain('href="/signin"');
    expect(person.match(/ada@example\.com/g)).toHaveLength(1);
    expect(person).toContain('href="http://localhost:4000/.well-known/openid-configuration"');
  });
});

describe("providerChooserPage", () => {
  it("labels the practice provider, and only it", () => {
    const providers = [
      { id: "google", name: "Google", href: "/signin/google?client_id=a&prompt=login" },
      { id: "practice", name: "Practice", href: "/signin/practice", kind: "practice" },
    ] as const;
    const html = pages.providerChooserPage({ locale: "en", clientName: "Tidepool", providers });
    expect(html).toContain('href="/signin/google?client_id=a&amp;prompt=login"');
    expect(html.match(/class="badge">practice</g)).toHaveLength(1);
    expect(html.indexOf('class="badge">')).toBeGreaterThan(html.indexOf("/signin/practice"));
  });
});

describe("accountChooserPage", () => {
  const html = pages.accountChooserPage({
    locale: "en",
    user: ada,
    accounts: [
      { id: "acc_1", name: "Engines", role: "owner", lastUsed: true },
      { id: "acc_2", name: "Society", role: "fellow" },
    ],
    action: "/signin/account",
    hidden: { csrf: "t0ken", account: "acc_9" },
  });

  it("posts one account and the hidden values, and lets no hidden value stand in for the choice", () => {
    expect(html).toContain('<form method="post" action="/signin/account">');
    expect(html).toContain('<input type="hidden" name="csrf" value="t0ken">');
    expect([...html.matchAll(/name="account" value="([^"]*)"/g)].map((match) => match[1])).toEqual(["acc_1", "acc_2"]);
  });

  it("names known roles in the page's language and leaves an app's own as they are", () => {
    expect(html).toContain("Owner");
    expect(html).toContain("fellow");
  });
});

describe("errorPage", () => {
  it.each(Object.keys(errorCatalogue) as ErrorCode[])("explains %s and links to its page", (code) => {
    const html = pages.errorPage({ locale: "en", code, requestId: "req_1" });
    expect(html).toContain(`href="/errors/${code}"`);
    expect(html).toContain("req_1");
    const helps = errorCatalogue[code].retryable ? "This can pass by itself" : "This does not pass by itself";
    expect(html).toContain(helps);
  });

  it("shows a detail once, and not when it only repeats the catalogue", () => {
    const { meaning } = errorCatalogue.signin_expired;
    const view = { locale: "en", code: "signin_expired", requestId: "req_1" } as const;
    expect(pages.errorPage({ ...view, detail: "It took 11 minutes." }).match(/It took 11 minutes\./g)).toHaveLength(1);
    expect(pages.errorPage({ ...view, detail: meaning })).toBe(pages.errorPage(view));
  });

  it("says 'try again' only where that can help, else 'start again'", () => {
    const view = { locale: "en", requestId: "req_1", retryHref: "/signin" } as const;
    expect(pages.errorPage({ ...view, code: "provider_unavailable" })).toContain(">Try again</a>");
    expect(pages.errorPage({ ...view, code: "signin_expired" })).toContain(">Start again</a>");
  });

  it("speaks German where it is translated, and marks what stays English as English", () => {
    const translated = pages.errorPage({ locale: "de", code: "signin_expired", requestId: "req_1" });
    expect(translated).toContain('lang="de"><h1>Diese Anmeldung ist abgelaufen</h1>');
    const fallback = pages.errorPage({ locale: "de", code: "user_disabled", requestId: "req_1" });
    expect(fallback).toContain('lang="en"><h1>This user is disabled</h1>');
    expect(fallback).toContain("Das geht nicht von selbst vorüber.");
  });
});

describe("signedOutPage", () => {
  it("says that the provider's own session may go on", () => {
    const named = pages.signedOutPage({ locale: "en", providerName: "Google", signinHref: "/signin" });
    expect(named).toContain("You may still be signed in at Google.");
    expect(pages.signedOutPage({ locale: "en", signinHref: "/signin" })).toContain("You may still be signed in at the");
  });
});

describe("signoutConfirmPage", () => {
  it("ends the session by POST only", () => {
    const html = pages.signoutConfirmPage({ locale: "en", user: ada, action: "/signout", hidden: { csrf: "t0ken" } });
    expect(html).toContain('method="post" action="/signout"');
    expect(html).toContain('name="csrf" value="t0ken"');
    expect(html).not.toContain('href="/signout"');
  });
});

describe("the error catalogue's pages", () => {
  it("list every code once, linked", () => {
    const html = pages.errorIndexPage({ locale: "en" });
    const linked = [...html.matchAll(/href="\/errors\/(\w+)"/g)].map((match) => match[1]);
    expect(linked.sort()).toEqual(Object.keys(errorCatalogue).sort());
  });

  it("explain one code and lead back to its place in the list", () => {
    const html = pages.errorCodePage({ locale: "en", code: "token_not_yet_valid" });
    expect(html).toContain(errorCatalogue.token_not_yet_valid.title);
    expect(html).toContain("Yes: it can pass by itself.");
    expect(html).toContain('href="/errors#token_not_yet_valid"');
    expect(pages.errorIndexPage({ locale: "en" })).toContain('id="token_not_yet_valid"');
  });

  it.each(["", "toString", "__proto__", "constructor", "SIGNED_OUT", "signed_out "])("know no code %j", (code) => {
    expect(isErrorCode(code)).toBe(false);
  });

  it("know a code of the catalogue", () => {
    expect(isErrorCode("signed_out")).toBe(true);
  });
});

describe("the door", () => {
  it("lets out what the features need", () => {
    expect(Object.keys(door).sort()).toEqual([
      "chooseLocale",
      "createPages",
      "faviconSvg",
      "isErrorCode",
      "pageHeaders",
    ]);
    expect(faviconSvg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  });
});
