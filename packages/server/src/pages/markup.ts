import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** A piece of HTML whose every interpolated value was escaped. */
export type Markup = HtmlEscapedString;

/** What a template may hold: text and numbers are escaped, lists are joined, `null` and `false` leave nothing. */
type MarkupValue = string | number | Markup | readonly MarkupValue[] | null | undefined | false;

/**
 * Builds HTML from a template and escapes what is put into it.
 *
 * @example
 * markup`<p>${"<script>"}</p>`; // <p>&lt;script&gt;</p>
 * @throws TypeError when a promise slips in: pages are rendered at once, from data that is already there.
 */
export function markup(template: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  const rendered = html(template, ...values);
  if (rendered instanceof Promise) throw new TypeError("A page holds a value that is not there yet");
  return rendered;
}

/** Takes one of OUR OWN constants (the stylesheet, an icon) as it is. Never give it anything from outside. */
export function trusted(constant: string): Markup {
  return raw(constant);
}

/** Renders the `backticks` of catalogue and message texts as `<code>`; everything else stays text. */
export function withInlineCode(text: string): Markup {
  const parts = text.split("`");
  return markup`${parts.map((part, index) => (index % 2 === 1 ? markup`<code>${part}</code>` : part))}`;
}
