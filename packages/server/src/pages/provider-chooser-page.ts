import type { PageSettings } from "./document.ts";
import { cardDocument } from "./document.ts";
import { chevron } from "./icons.ts";
import { initial } from "./initials.ts";
import type { Markup } from "./markup.ts";
import { markup } from "./markup.ts";
import type { Locale, Messages } from "./messages/index.ts";
import { messagesOf } from "./messages/index.ts";
import { safeHref } from "./safe-href.ts";

export interface ProviderChoice {
  readonly id: string;
  readonly name: string;
  /** Where choosing it leads: `/signin/:provider` with the sign-in's parameters. */
  readonly href: string;
  /** `practice`: the provider of development, that lets anyone in as anyone, and says so. */
  readonly kind?: "practice" | undefined;
}

export interface ProviderChooserView {
  readonly locale: Locale;
  readonly clientName: string;
  readonly providers: readonly ProviderChoice[];
  /** A sentence on why the person is asked, in their language. */
  readonly notice?: string | undefined;
}

/** Asks with which provider to sign in. Links, not a form: choosing changes nothing here yet. */
export function providerChooserPage(settings: PageSettings, view: ProviderChooserView): string {
  const messages = messagesOf(view.locale);
  const { title, toContinue, providers } = messages.providerChooser;
  return cardDocument(settings, {
    locale: view.locale,
    title,
    main: markup`<div class="head"><h1>${title}</h1><p class="muted">${toContinue(view.clientName)}</p></div>
${view.notice && markup`<p class="notice small" role="status">${view.notice}</p>`}
<ul class="stack" role="list" aria-label="${providers}">
${view.providers.map((provider) => choice(provider, messages))}
</ul>`,
  });
}

function choice({ name, href, kind }: ProviderChoice, { providerChooser }: Messages): Markup {
  const isPractice = kind === "practice";
  return markup`<li><a class="${isPractice ? "choice practice" : "choice"}" href="${safeHref(href)}">
<span class="glyph" aria-hidden="true">${initial(name)}</span>
<span class="lines"><bdi class="name">${providerChooser.continueWith(name)}</bdi>
${isPractice && practiceLabel(providerChooser)}</span>
${chevron}
</a></li>
`;
}

function practiceLabel({ practice, practiceHint }: Messages["providerChooser"]): Markup {
  return markup`<span class="small"><span class="badge">${practice}</span> ${practiceHint}</span>`;
}
