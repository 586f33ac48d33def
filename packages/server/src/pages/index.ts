/**
 * The server-rendered pages: what a person sees on the way in and out, and the built-in error catalogue. Pure functions
 * from a view to a string of HTML, without JavaScript, for every language in `messages/`. Owns their words, looks and
 * response headers; routes, statuses and what goes into a view belong to the features.
 */
import { accountChooserPage } from "./account-chooser-page.ts";
import type { PageSettings } from "./document.ts";
import { errorCodePage } from "./error-code-page.ts";
import { errorIndexPage } from "./error-index-page.ts";
import { errorPage } from "./error-page.ts";
import { homePage } from "./home-page.ts";
import { providerChooserPage } from "./provider-chooser-page.ts";
import { signedOutPage } from "./signed-out-page.ts";
import { signoutConfirmPage } from "./signout-confirm-page.ts";

export type { AccountChoice, AccountChooserView } from "./account-chooser-page.ts";
export type { PageSettings } from "./document.ts";
export type { ErrorCodeView } from "./error-code-page.ts";
export type { ErrorIndexView } from "./error-index-page.ts";
export type { ErrorView } from "./error-page.ts";
export { isErrorCode } from "./error-text.ts";
export type { PageHeadersOptions } from "./headers.ts";
export { pageHeaders } from "./headers.ts";
export type { HomeView } from "./home-page.ts";
export { chooseLocale } from "./locale.ts";
export { faviconSvg } from "./mark.ts";
export type { Locale } from "./messages/index.ts";
export type { PersonView } from "./parts.ts";
export type { ProviderChoice, ProviderChooserView } from "./provider-chooser-page.ts";
export type { SignedOutView } from "./signed-out-page.ts";
export type { SignoutConfirmView } from "./signout-confirm-page.ts";

/** Every page of one installation. */
export type Pages = ReturnType<typeof createPages>;

/**
 * The pages under one brand.
 *
 * @example
 * const pages = createPages({ brandName: "Holdfast" });
 * context.html(pages.signedOutPage({ locale: "en", signinHref: "/signin" }), 200, pageHeaders({ locale: "en" }));
 */
export function createPages(settings: PageSettings) {
  return {
    homePage: homePage.bind(null, settings),
    providerChooserPage: providerChooserPage.bind(null, settings),
    accountChooserPage: accountChooserPage.bind(null, settings),
    errorPage: errorPage.bind(null, settings),
    signedOutPage: signedOutPage.bind(null, settings),
    signoutConfirmPage: signoutConfirmPage.bind(null, settings),
    errorIndexPage: errorIndexPage.bind(null, settings),
    errorCodePage: errorCodePage.bind(null, settings),
  };
}
