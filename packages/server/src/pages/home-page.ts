import type { PageSettings } from "./document.ts";
import { cardDocument } from "./document.ts";
import type { Markup } from "./markup.ts";
import { markup } from "./markup.ts";
import type { Locale, Messages } from "./messages/index.ts";
import { messagesOf } from "./messages/index.ts";
import type { PersonView } from "./parts.ts";
import { linkButton, person } from "./parts.ts";
import { safeHref } from "./safe-href.ts";

export interface HomeView {
  readonly locale: Locale;
  /** Who is signed in in this browser, if anyone. */
  readonly user: PersonView | null;
  readonly signinHref: string;
  readonly signoutHref: string;
  /** The issuer, as in the metadata: an absolute URL without a closing slash. */
  readonly issuer: string;
}

/** What a person sees at `/`: what this is, and whether they are signed in. */
export function homePage(settings: PageSettings, view: HomeView): string {
  const messages = messagesOf(view.locale);
  const title = view.user ? messages.home.signedInTitle : messages.home.welcomeTitle(settings.brandName);
  return cardDocument(settings, {
    locale: view.locale,
    title: settings.brandName,
    main: markup`<div class="head"><h1>${title}</h1>
<p class="muted">${view.user ? messages.home.signedIn : messages.home.welcome}</p></div>
${view.user && person(view.user, messages)}
${
  view.user
    ? linkButton(view.signoutHref, messages.home.signout)
    : linkButton(view.signinHref, messages.home.signin, "primary")
}
<dl class="facts small"><dt>${messages.home.issuer}</dt><dd><code>${view.issuer}</code></dd></dl>`,
    footer: machineLinks(view.issuer, messages),
  });
}

function machineLinks(issuer: string, { home }: Messages): Markup {
  return markup`<nav class="links"><a href="${safeHref(`${issuer}/.well-known/openid-configuration`)}">${home.metadata}</a><a href="/errors">${home.errors}</a></nav>`;
}
