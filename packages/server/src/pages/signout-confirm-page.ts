import type { PageSettings } from "./document.ts";
import { cardDocument } from "./document.ts";
import { markup } from "./markup.ts";
import type { Locale } from "./messages/index.ts";
import { messagesOf } from "./messages/index.ts";
import type { PersonView } from "./parts.ts";
import { hiddenFields, linkButton, person } from "./parts.ts";
import { safeHref } from "./safe-href.ts";

export interface SignoutConfirmView {
  readonly locale: Locale;
  readonly user: PersonView;
  /** Where the confirmation is posted to, with the hidden values. */
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
}

/** Asks before a sign-out that another site began: its link alone must not end a session (A5). */
export function signoutConfirmPage(settings: PageSettings, view: SignoutConfirmView): string {
  const messages = messagesOf(view.locale);
  const { title, text, confirm, stay } = messages.signoutConfirm;
  return cardDocument(settings, {
    locale: view.locale,
    title,
    main: markup`<div class="head"><h1>${title}</h1><p class="muted">${text}</p></div>
${person(view.user, messages)}
<form class="stack" method="post" action="${safeHref(view.action)}">
${hiddenFields(view.hidden)}
<button class="button primary" type="submit">${confirm}</button>
${linkButton("/", stay)}
</form>`,
  });
}
