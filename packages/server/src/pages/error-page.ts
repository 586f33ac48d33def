import type { ErrorCode } from "@holdfast/protocol";
import type { PageSettings } from "./document.ts";
import { cardDocument } from "./document.ts";
import type { ErrorText } from "./error-text.ts";
import { errorText } from "./error-text.ts";
import { errorSymbol } from "./icons.ts";
import type { Markup } from "./markup.ts";
import { markup, withInlineCode } from "./markup.ts";
import type { Locale, Messages } from "./messages/index.ts";
import { messagesOf } from "./messages/index.ts";
import { linkButton } from "./parts.ts";

export interface ErrorView {
  readonly locale: Locale;
  readonly code: ErrorCode;
  /** What went wrong this time, safe to show; left out where it only repeats the catalogue. */
  readonly detail?: string | undefined;
  /** Leads to the line in the log. */
  readonly requestId: string;
  /** Begins the sign-in again. */
  readonly retryHref?: string | undefined;
  /** Leads back to the app the person came from. */
  readonly clientHref?: string | undefined;
  readonly clientName?: string | undefined;
}

/** Tells a person that it did not work: why, what to do, and whether trying again helps. */
export function errorPage(settings: PageSettings, view: ErrorView): string {
  const messages = messagesOf(view.locale);
  const text = errorText(view.locale, view.code);
  return cardDocument(settings, {
    locale: view.locale,
    title: text.title,
    main: markup`${errorSymbol}
<div class="head" lang="${text.lang}"><h1>${text.title}</h1><p>${withInlineCode(text.meaning)}</p></div>
${detail(view.detail, text)}
<div class="head"><h2 class="label">${messages.error.action}</h2><p lang="${text.lang}">${withInlineCode(text.action)}</p>
<p class="small muted">${text.retryable ? messages.error.retryable : messages.error.notRetryable}</p></div>
${waysOn(view, text, messages)}
<dl class="facts small"><dt>${messages.error.code}</dt><dd><a href="/errors/${view.code}"><code>${view.code}</code></a></dd>
<dt>${messages.error.requestId}</dt><dd><code>${view.requestId}</code></dd></dl>`,
  });
}

function detail(sentence: string | undefined, text: ErrorText): Markup | null {
  if (!sentence || sentence === text.title || sentence === text.meaning) return null;
  return markup`<p class="notice small">${sentence}</p>`;
}

function waysOn({ retryHref, clientHref, clientName }: ErrorView, text: ErrorText, { error }: Messages): Markup | null {
  if (!retryHref && !clientHref) return null;
  const back = clientName ? error.backTo(clientName) : error.back;
  return markup`<div class="stack">${retryHref && linkButton(retryHref, text.retryable ? error.retry : error.restart, "primary")}
${clientHref && linkButton(clientHref, back, retryHref ? "plain" : "primary")}</div>`;
}
