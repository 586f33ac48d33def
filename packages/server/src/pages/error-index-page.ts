import type { ErrorArea, ErrorCode } from "@holdfast/protocol";
import { errorCatalogue } from "@holdfast/protocol";
import type { PageSettings } from "./document.ts";
import { wideDocument } from "./document.ts";
import { errorText } from "./error-text.ts";
import type { Markup } from "./markup.ts";
import { markup, withInlineCode } from "./markup.ts";
import type { Locale, Messages } from "./messages/index.ts";
import { messagesOf } from "./messages/index.ts";

export interface ErrorIndexView {
  readonly locale: Locale;
}

/** The built-in error catalogue, `/errors`: every code by area. */
export function errorIndexPage(settings: PageSettings, { locale }: ErrorIndexView): string {
  const messages = messagesOf(locale);
  const { title, intro, areasLabel, areas } = messages.catalogue;
  const names = Object.keys(areas) as ErrorArea[];
  return wideDocument(settings, {
    locale,
    title,
    main: markup`<div class="head"><h1>${title}</h1><p class="muted">${intro}</p>
<nav class="areas" aria-label="${areasLabel}">${names.map((name) => markup`<a href="#${name}">${areas[name]}</a>`)}</nav></div>
${names.map((name) => area(name, locale, messages))}`,
  });
}

function area(name: ErrorArea, locale: Locale, messages: Messages): Markup {
  const codes = (Object.keys(errorCatalogue) as ErrorCode[]).filter((code) => errorCatalogue[code].area === name);
  return markup`<section class="area" id="${name}" aria-labelledby="${name}-title">
<h2 id="${name}-title">${messages.catalogue.areas[name]}</h2>
<div class="codes">
${codes.map((code) => entry(code, locale, messages))}
</div>
</section>
`;
}

function entry(code: ErrorCode, locale: Locale, { catalogue }: Messages): Markup {
  const { lang, title, meaning, action, retryable, status } = errorText(locale, code);
  return markup`<article class="entry" id="${code}">
<div class="entry-head small"><a href="/errors/${code}"><code>${code}</code></a>
${retryable && markup`<span class="badge">${catalogue.retryableBadge}</span>`}
${status > 0 && markup`<span class="status muted">${status}</span>`}</div>
<h3 lang="${lang}">${title}</h3>
<p class="small" lang="${lang}">${withInlineCode(meaning)}</p>
<p class="small advice" lang="${lang}">${withInlineCode(action)}</p>
</article>
`;
}
