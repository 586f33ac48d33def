import { type ErrorCode, type ErrorEntry, errorCatalogue } from "@holdfast/protocol";

/** What is shown where the app has no page for a sign-in that failed: which, what to do, and the way back. */
export function signInFailedPage({ code, againHref }: { readonly code: string; readonly againHref: string }): Response {
  const { status, title, meaning, action } = entryOf(code);
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 20vh auto; padding: 0 1rem; color-scheme: light dark }
</style>
<main>
  <h1>${escapeHtml(title)}</h1>
  <p>${escapeHtml(meaning)}</p>
  <p>${escapeHtml(action)}</p>
  <p><a href="${escapeHtml(againHref)}">Sign in again</a></p>
  <p><small>${escapeHtml(code)}</small></p>
</main>
`;
  return new Response(html, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "private, no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    },
  });
}

function entryOf(code: string): ErrorEntry {
  return Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code as ErrorCode] : errorCatalogue.invalid_request;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
