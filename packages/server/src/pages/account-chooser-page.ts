import type { MemberRole } from "@holdfast/protocol";
import type { PageSettings } from "./document.ts";
import { cardDocument } from "./document.ts";
import { chevron } from "./icons.ts";
import { initial } from "./initials.ts";
import type { Markup } from "./markup.ts";
import { markup } from "./markup.ts";
import type { Locale, Messages } from "./messages/index.ts";
import { messagesOf } from "./messages/index.ts";
import type { PersonView } from "./parts.ts";
import { hiddenFields, person } from "./parts.ts";
import { safeHref } from "./safe-href.ts";

export interface AccountChoice {
  readonly id: string;
  readonly name: string;
  readonly role: MemberRole;
  /** Whether the person chose it the last time. */
  readonly lastUsed?: boolean | undefined;
}

export interface AccountChooserView {
  readonly locale: Locale;
  readonly user: PersonView;
  /** In the order to show them. */
  readonly accounts: readonly AccountChoice[];
  /** Where the choice is posted to, as `account=<id>` with the hidden values. */
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
}

/** Asks for which account to continue: a form of buttons, since choosing starts a grant. */
export function accountChooserPage(settings: PageSettings, view: AccountChooserView): string {
  const messages = messagesOf(view.locale);
  const { title, intro, accounts } = messages.accountChooser;
  return cardDocument(settings, {
    locale: view.locale,
    title,
    main: markup`<div class="head"><h1>${title}</h1><p class="muted">${intro}</p></div>
${person(view.user, messages)}
<form method="post" action="${safeHref(view.action)}">
${hiddenFields(view.hidden, "account")}
<ul class="stack" role="list" aria-label="${accounts}">
${view.accounts.map((account) => choice(account, messages))}
</ul>
</form>`,
  });
}

function choice({ id, name, role, lastUsed }: AccountChoice, messages: Messages): Markup {
  return markup`<li><button class="choice" type="submit" name="account" value="${id}">
<span class="glyph" aria-hidden="true">${initial(name)}</span>
<span class="lines"><bdi class="name">${name}</bdi><span class="small">${roleName(role, messages)}
${lastUsed && markup`<span class="badge">${messages.accountChooser.lastUsed}</span>`}</span></span>
${chevron}
</button></li>
`;
}

/** Roles of an app's own are shown as the app named them. */
function roleName(role: MemberRole, { roles }: Messages): string {
  return Object.hasOwn(roles, role) ? roles[role as keyof typeof roles] : role;
}
