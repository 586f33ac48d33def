import type { PageSettings } from "./document.ts";
import { cardDocument } from "./document.ts";
import { doneSymbol } from "./icons.ts";
import { markup } from "./markup.ts";
import type { Locale } from "./messages/index.ts";
import { messagesOf } from "./messages/index.ts";
import { linkButton } from "./parts.ts";

export interface SignedOutView {
  readonly locale: Locale;
  /** Where the person had signed in, if that is known. */
  readonly providerName?: string | undefined;
  readonly signinHref: string;
  /** Leads back to the app the person came from. */
  readonly returnHref?: string | undefined;
}

/** Confirms a sign-out, and says what it does not reach: the provider's own session. */
export function signedOutPage(settings: PageSettings, view: SignedOutView): string {
  const { signedOut } = messagesOf(view.locale);
  const elsewhere = view.providerName ? signedOut.stillAtProvider(view.providerName) : signedOut.stillSomewhere;
  return cardDocument(settings, {
    locale: view.locale,
    title: signedOut.title,
    main: markup`${doneSymbol}
<div class="head"><h1>${signedOut.title}</h1><p class="muted">${signedOut.text}</p></div>
<p class="notice small">${elsewhere}</p>
<div class="stack">${linkButton(view.signinHref, signedOut.signinAgain, "primary")}
${view.returnHref && linkButton(view.returnHref, signedOut.back)}</div>`,
  });
}
