import type { Markup } from "./markup.ts";
import { trusted } from "./markup.ts";

/** The holdfast: the root-like anchor of a kelp, gripping a stone. Drawn on a 32 × 32 grid. */
const drawing =
  '<g fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">' +
  '<path d="M14 2.5c3.5 3 .2 5.5 2 10"/>' +
  '<path d="M16 12c-1 3-8 3-9.5 9-.6 2.5 0 5 1.8 7"/>' +
  '<path d="M16 12c1 3 8 3 9.5 9 .6 2.5 0 5-1.8 7"/></g>' +
  '<circle cx="16" cy="22.8" r="4.6" fill="currentColor"/>';

/** The mark beside the brand's name. Decoration: the name stands next to it. */
export const mark: Markup = trusted(
  `<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">${drawing}</svg>`,
);

/** The site icon, `image/svg+xml`, to be served at `/favicon.svg`: the mark, white on the accent colour. */
export const faviconSvg: string =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0f6b5c"/>' +
  `<g color="#fff" transform="translate(3.52 3.2) scale(.78)">${drawing}</g></svg>`;
