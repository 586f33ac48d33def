import { initials } from "./initials.ts";
import type { Markup } from "./markup.ts";
import { markup } from "./markup.ts";
import type { Messages } from "./messages/index.ts";
import { safeHref } from "./safe-href.ts";

/** The person a page speaks of. */
export interface PersonView {
  /** As the provider gave it. */
  readonly name: string | null;
  /** Only an address that the provider has verified. */
  readonly email: string | null;
  /** Accepted and not shown: an image from elsewhere would tell its host who is signing in here. */
  readonly picture?: string | null | undefined;
}

/** Who that is: initials, name, address. */
export function person({ name, email }: PersonView, messages: Messages): Markup {
  const shown = name || email || messages.person.unnamed;
  return markup`<div class="person inset">
<span class="glyph round" aria-hidden="true">${initials(shown)}</span>
<span class="lines"><bdi class="name">${shown}</bdi>${email && email !== shown && markup`<bdi class="small">${email}</bdi>`}</span>
</div>`;
}

/** A link that looks like a button: it leads somewhere and changes nothing here. */
export function linkButton(href: string, label: string, emphasis: "primary" | "plain" = "plain"): Markup {
  return markup`<a class="${emphasis === "primary" ? "button primary" : "button"}" href="${safeHref(href)}">${label}</a>`;
}

/** Carries a form's other values, leaving out the one that its buttons send: nobody may send two. */
export function hiddenFields(hidden: Readonly<Record<string, string>>, sentByButton?: string): readonly Markup[] {
  return Object.entries(hidden)
    .filter(([name]) => name !== sentByButton)
    .map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`);
}
