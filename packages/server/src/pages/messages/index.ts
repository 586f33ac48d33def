import { de } from "./de.ts";
import type { Messages } from "./en.ts";
import { en } from "./en.ts";

export type { Messages } from "./en.ts";

/** A language the pages speak, as a BCP 47 tag. Another one is a file beside `de.ts` and a line here. */
export type Locale = "en" | "de";

/** What a page needs to know of its language. */
interface Language {
  readonly dir: "ltr" | "rtl";
  readonly messages: Messages;
}

/** Every language the pages speak. */
export const languages: Readonly<Record<Locale, Language>> = {
  en: { dir: "ltr", messages: en },
  de: { dir: "ltr", messages: de },
};

/** Spoken to everybody whose language we do not speak. */
export const defaultLocale: Locale = "en";

/** The texts in that language. */
export function messagesOf(locale: Locale): Messages {
  return languages[locale].messages;
}
