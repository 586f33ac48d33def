import { mark } from "./mark.ts";
import type { Markup } from "./markup.ts";
import { markup, trusted } from "./markup.ts";
import type { Locale } from "./messages/index.ts";
import { languages } from "./messages/index.ts";
import { stylesheet } from "./styles/index.ts";

/** What every page of one installation shares. */
export interface PageSettings {
  /** The name above every page and in its title: "Holdfast", or the name a team gives its sign-in. */
  readonly brandName: string;
}

interface DocumentParts {
  readonly locale: Locale;
  readonly title: string;
  readonly main: Markup;
  readonly footer?: Markup | undefined;
}

const inlineStyle = trusted(`<style>${stylesheet}</style>`);

/** A page with one narrow card: what people meet on their way in and out. */
export function cardDocument(settings: PageSettings, { locale, title, main, footer }: DocumentParts): string {
  const body = markup`<body class="narrow">
<header class="brand">${mark}<bdi>${settings.brandName}</bdi></header>
<main class="card">
${main}
</main>
${footer && markup`<footer class="small">${footer}</footer>`}
</body>`;
  return document(settings, locale, title, body);
}

/** A page to read: the error catalogue. Its brand leads home, since nobody is on their way in here. */
export function wideDocument(settings: PageSettings, { locale, title, main }: DocumentParts): string {
  const body = markup`<body class="wide">
<header><a class="brand" href="/">${mark}<bdi>${settings.brandName}</bdi></a></header>
<main>
${main}
</main>
</body>`;
  return document(settings, locale, title, body);
}

function document({ brandName }: PageSettings, locale: Locale, title: string, body: Markup): string {
  // No viewport limits: people may zoom. No manifest, no script, no font: the policy in headers.ts would refuse them.
  return markup`<!doctype html>
<html lang="${locale}" dir="${languages[locale].dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title === brandName ? title : `${title} · ${brandName}`}</title>
<link rel="icon" type="image/svg+xml" href="/favicon.svg">
${inlineStyle}
</head>
${body}
</html>
`.toString();
}
