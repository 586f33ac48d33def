import { parseAccept } from "hono/utils/accept";
import type { Locale } from "./messages/index.ts";
import { defaultLocale, languages } from "./messages/index.ts";

/**
 * The language to speak: the first we know of `ui_locales` (space-separated tags in order of preference, OpenID Connect
 * Core, section 3.1.2.1), then of `Accept-Language` by its weights (RFC 9110, section 12.5.4), then English. A tag
 * matches by its language alone: `de-CH` is served German (RFC 4647, section 3.4).
 */
export function chooseLocale(acceptLanguage: string | undefined, uiLocales?: string): Locale {
  const wanted = [...(uiLocales ?? "").split(" "), ...acceptedTags(acceptLanguage)];
  for (const tag of wanted) {
    const language = tag.split("-")[0]?.toLowerCase() ?? "";
    if (isLocale(language)) return language;
  }
  return defaultLocale;
}

/** The header's tags, most wanted first; `q=0` means "not this one". */
function acceptedTags(acceptLanguage: string | undefined): string[] {
  return parseAccept(acceptLanguage ?? "")
    .filter(({ q }) => q > 0)
    .map(({ type }) => type);
}

function isLocale(language: string): language is Locale {
  return Object.hasOwn(languages, language);
}
