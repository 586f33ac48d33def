import type { Locale } from "./index.ts";
import { createPages } from "./index.ts";

const ada = { name: "Ada Lovelace", email: "ada@example.com", picture: "https://pictures.invalid/ada.png" };

/** A person whose name and address fit nowhere: pages must wrap them, not break. */
const long = {
  name: "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Maximiliana Bartholomäa von und zu Hohenlohe",
  email: "maximiliana.bartholomaea.wolfeschlegelsteinhausenbergerdorff@department-of-long-addresses.example.com",
};

const longAccount =
  "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft & Partners Holding";

/** Every page, in every state that looks different, rendered for one language: what a name shows → its HTML. */
export function pageSamples(locale: Locale): Readonly<Record<string, string>> {
  const pages = createPages({ brandName: "Holdfast" });
  const issuer = "http://localhost:4000";
  return {
    home: pages.homePage({ locale, user: null, signinHref: "/signin", signoutHref: "/signout", issuer }),
    "home-signed-in": pages.homePage({ locale, user: ada, signinHref: "/signin", signoutHref: "/signout", issuer }),
    "home-long": createPages({
      brandName: "The Extraordinarily Well-Named Company of Greater Northumberland",
    }).homePage({
      locale,
      user: long,
      signinHref: "/signin",
      signoutHref: "/signout",
      issuer: "https://signin.identity.department-of-long-addresses.example.com",
    }),
    "provider-chooser": pages.providerChooserPage({
      locale,
      clientName: "Tidepool Notes",
      providers: [
        { id: "google", name: "Google", href: "/signin/google" },
        { id: "microsoft", name: "Microsoft", href: "/signin/microsoft" },
        { id: "practice", name: "Practice provider", href: "/signin/practice", kind: "practice" },
      ],
    }),
    "provider-chooser-long": pages.providerChooserPage({
      locale,
      clientName: longAccount,
      notice: "Your session has run out. Sign in again to go on where you were.",
      providers: [
        { id: "long", name: longAccount, href: "/signin/long" },
        { id: "practice", name: longAccount, href: "/signin/practice", kind: "practice" },
      ],
    }),
    "account-chooser": pages.accountChooserPage({
      locale,
      user: ada,
      accounts: [
        { id: "acc_1", name: "Analytical Engines", role: "owner", lastUsed: true },
        { id: "acc_2", name: "Babbage & Sons", role: "member" },
        { id: "acc_3", name: "Royal Society", role: "fellow" },
      ],
      action: "/signin/account",
      hidden: { csrf: "token" },
    }),
    "account-chooser-long": pages.accountChooserPage({
      locale,
      user: long,
      accounts: [
        { id: "acc_1", name: longAccount, role: "owner", lastUsed: true },
        { id: "acc_2", name: "B", role: "admin" },
      ],
      action: "/signin/account",
      hidden: {},
    }),
    error: pages.errorPage({
      locale,
      code: "provider_unavailable",
      detail: "Google did not answer within 5 seconds.",
      requestId: "req_7f3k2m9x4q",
      retryHref: "/signin",
      clientHref: "https://app.example.com/",
      clientName: "Tidepool Notes",
    }),
    "error-final": pages.errorPage({
      locale,
      code: "user_disabled",
      requestId: "req_7f3k2m9x4q",
      clientHref: "https://app.example.com/",
      clientName: longAccount,
    }),
    "error-bare": pages.errorPage({ locale, code: "provider_issuer_mismatch", requestId: "req_7f3k2m9x4q" }),
    "signed-out": pages.signedOutPage({
      locale,
      providerName: "Google",
      signinHref: "/signin",
      returnHref: "https://app.example.com/",
    }),
    "signed-out-bare": pages.signedOutPage({ locale, signinHref: "/signin" }),
    "signout-confirm": pages.signoutConfirmPage({ locale, user: ada, action: "/signout", hidden: { csrf: "token" } }),
    "error-index": pages.errorIndexPage({ locale }),
    "error-code": pages.errorCodePage({ locale, code: "provider_clock_skew" }),
    "error-code-no-http": pages.errorCodePage({ locale, code: "data_locked" }),
  };
}
