import { type ErrorArea, type ErrorEntry, errorCatalogue } from "@holdfast/protocol";
import { formatPage } from "./markdown.ts";

const areas: Readonly<Record<ErrorArea, { readonly title: string; readonly words: string }>> = {
  signin: {
    title: "Sign-in",
    words:
      "Shown to a person on Holdfast's error page, or carried to the client's `signin.failed` address as `?error=<code>`.",
  },
  refresh: {
    title: "Refresh, and the session's end",
    words:
      "The `reason` of a refused `POST /refresh`. The OAuth `error` beside it is `invalid_grant`, unless the entry is about the client or about nobody being signed in.",
  },
  token: {
    title: "Access tokens, at a service",
    words: "What `@holdfast/verify` answers, with `WWW-Authenticate` where the token is at fault.",
  },
  http: { title: "Any request", words: "Problem details (RFC 9457) in the field `code`." },
  operations: { title: "Running a deployment", words: "Printed by the command line, and in the log." },
};

/** The error catalogue: a heading, and so an anchor, for each code. */
export function errorsPage(): string {
  const entries = Object.entries(errorCatalogue as Readonly<Record<string, ErrorEntry>>);
  return formatPage({
    title: "Errors",
    description: "Every stable error code of Holdfast: what it means, what to do, and whether trying again helps.",
    body: [
      `Codes are stable: they are never renamed, and a new situation gets a new code. There are ${entries.length}. Every answer links to its code on the instance itself (\`/errors/<code>\`), so that nobody needs this page to understand one.`,
      "**Retryable** means that the same request can succeed later without anyone doing anything. A client ends a session only for an answer that says `retryable: false`; everything else is weather.",
      ...Object.entries(areas).flatMap(([area, { title, words }]) => [
        `## ${title}`,
        words,
        ...entries.filter(([, entry]) => entry.area === area).flatMap(([name, entry]) => section(name, entry)),
      ]),
    ],
  });
}

function section(name: string, { status, title, meaning, action, retryable }: ErrorEntry): string[] {
  const facts = [title, status === 0 ? "" : `HTTP ${status}`, retryable ? "retryable" : ""].filter(Boolean);
  return [`### \`${name}\``, `<p class="facts">${facts.join(" · ")}</p>`, meaning, `**What to do:** ${action}`];
}
