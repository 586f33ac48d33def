import type { ErrorCode, ErrorEntry } from "@holdfast/protocol";
import { errorCatalogue } from "@holdfast/protocol";
import type { ErrorWords } from "./messages/errors-de.ts";
import { errorsDe } from "./messages/errors-de.ts";
import type { Locale } from "./messages/index.ts";

/** A catalogue entry as a page shows it. */
export interface ErrorText extends ErrorEntry {
  /** The language the words are in: English where a code is not translated. */
  readonly lang: Locale;
}

const translations: Readonly<Partial<Record<Locale, Readonly<Partial<Record<ErrorCode, ErrorWords>>>>>> = {
  de: errorsDe,
};

/** The code's entry in that language, or in English where it has not been translated. */
export function errorText(locale: Locale, code: ErrorCode): ErrorText {
  const words = translations[locale]?.[code];
  return { ...errorCatalogue[code], ...words, lang: words ? locale : "en" };
}

/** Whether that is a code of the catalogue; asked of what comes in an address. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}
