import type { ContentfulStatusCode } from "hono/utils/http-status";
import { chooseLocale, type Locale, pageHeaders } from "../pages/index.ts";
import type { HttpContext } from "./context.ts";

export interface PageAnswerOptions {
  readonly status?: number;
  /** Origins that a form on the page may end up at. */
  readonly formActions?: readonly string[];
}

/** The language a person reads best, of those we have. */
function localeOf(context: HttpContext): Locale {
  return chooseLocale(context.req.header("accept-language"), context.req.query("ui_locales"));
}

/** Answers with a page. */
export function answerPage(
  context: HttpContext,
  page: (locale: Locale) => string,
  { status = 200, formActions = [] }: PageAnswerOptions = {},
): Response {
  const locale = localeOf(context);
  return context.html(page(locale), status as ContentfulStatusCode, pageHeaders({ locale, formActions }));
}

/** Whether whoever asks would rather have a page than JSON. */
export function wantsPage(context: HttpContext): boolean {
  return context.req.header("accept")?.includes("text/html") ?? false;
}
