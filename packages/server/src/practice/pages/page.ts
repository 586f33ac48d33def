import { html, raw } from "hono/html";
import { stylesheet, stylesheetSource } from "./stylesheet.ts";

/** A piece of HTML in which everything inserted was escaped. */
export type Html = ReturnType<typeof html>;

/** Where a page is written to: what is needed of a Koa context. */
export interface PageResponse {
  status: number;
  type: string;
  body: unknown;
  set(name: string, value: string): void;
}

export interface Page {
  readonly title: string;
  readonly issuer: string;
  readonly content: Html;
}

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" +
  "%3Crect width='16' height='16' rx='3' fill='%23f5b92e'/%3E" +
  "%3Cpath d='M-2 10 10-2M-2 18 18-2M6 18 18 6' stroke='%23211b0e' stroke-width='3'/%3E%3C/svg%3E";

/**
 * No script and no address but ours. There is no `form-action` on purpose: browsers apply it to the redirects after the
 * form too, and these lead to whatever application Holdfast sends the person on to.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src ${stylesheetSource}`,
  "img-src data:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Sends a page. */
export function writePage(response: PageResponse, status: number, page: Page): void {
  response.status = status;
  response.type = "html";
  response.set("Content-Security-Policy", contentSecurityPolicy);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "same-origin");
  response.set("Cache-Control", "no-store");
  response.body = String(renderPage(page));
}

function renderPage({ title, issuer, content }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Practice provider</title>
<link rel="icon" href="${raw(icon)}">
<style>${raw(stylesheet)}</style>
</head>
<body>
<main>
<div class="stripes"></div>
<div class="content">
<p class="notice"><strong>Practice provider – development only.</strong> Anyone can sign in as anyone.</p>
${content}
</div>
<footer>Issuer <code>${issuer}</code></footer>
</main>
</body>
</html>`;
}
