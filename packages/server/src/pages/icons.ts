import type { Markup } from "./markup.ts";
import { trusted } from "./markup.ts";

/** Points onward, on what one chooses. */
export const chevron: Markup = icon("chevron", '<path d="m6 3.5 4.5 4.5L6 12.5"/>');

/** Opens a page that reports an error. */
export const errorSymbol: Markup = symbol('<path d="M20 12.5v9"/><path d="M20 27v.5"/>');

/** Opens a page that reports that something is done. */
export const doneSymbol: Markup = symbol('<path d="m13.5 20.5 4.5 4.5 8.5-9.5"/>');

function icon(className: string, paths: string): Markup {
  return trusted(
    `<svg class="${className}" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.75" ` +
      `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${paths}</svg>`,
  );
}

function symbol(paths: string): Markup {
  return trusted(
    '<svg class="symbol" viewBox="0 0 40 40" fill="none" stroke="currentColor" stroke-width="2.5" ' +
      'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">' +
      `<circle cx="20" cy="20" r="17.5" stroke-width="2" opacity=".35"/>${paths}</svg>`,
  );
}
