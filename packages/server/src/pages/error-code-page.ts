import type { ErrorCode } from "@holdfast/protocol";
import type { PageSettings } from "./document.ts";
import { wideDocument } from "./document.ts";
import { errorText } from "./error-text.ts";
import { markup, withInlineCode } from "./markup.ts";
import type { Locale } from "./messages/index.ts";
import { messagesOf } from "./messages/index.ts";

export interface ErrorCodeView {
  readonly locale: Locale;
  /** `isErrorCode` tells whether what stands in the address is one. */
  readonly code: ErrorCode;
}

/** One code of the error catalogue, `/errors/:code`. */
export function errorCodePage(settings: PageSettings, { locale, code }: ErrorCodeView): string {
  const { catalogue } = messagesOf(locale);
  const { lang, area, title, meaning, action, retryable, status } = errorText(locale, code);
  return wideDocument(settings, {
    locale,
    title: `${title} (${code})`,
    main: markup`<article class="card">
<div class="head"><code class="muted">${code}</code><h1 lang="${lang}">${title}</h1></div>
<dl class="explained">
<div><dt>${catalogue.meaning}</dt><dd lang="${lang}">${withInlineCode(meaning)}</dd></div>
<div><dt>${catalogue.action}</dt><dd lang="${lang}">${withInlineCode(action)}</dd></div>
<div><dt>${catalogue.retry}</dt><dd>${retryable ? catalogue.retryable : catalogue.notRetryable}</dd></div>
<div><dt>${catalogue.status}</dt><dd>${status > 0 ? status : catalogue.noStatus}</dd></div>
<div><dt>${catalogue.area}</dt><dd><a href="/errors#${area}">${catalogue.areas[area]}</a></dd></div>
</dl>
</article>
<p><a class="back" href="/errors#${code}">${catalogue.all}</a></p>`,
  });
}
