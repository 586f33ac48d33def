import { html, raw } from "hono/html";
import type { PracticePerson } from "../people.ts";
import { type Html, type PageResponse, writePage } from "./page.ts";
import { type SignInView, signInContent } from "./sign-in-page.ts";

interface PracticePagesDeps {
  readonly issuer: string;
  readonly people: readonly PracticePerson[];
}

export type PracticePages = ReturnType<typeof createPracticePages>;

/** Every page a person can see here, each written to the response it is given. */
export function createPracticePages({ issuer, people }: PracticePagesDeps) {
  const write = (response: PageResponse, status: number, title: string, content: Html) =>
    writePage(response, status, { title, issuer, content });

  return {
    signIn(response: PageResponse, view: SignInView): void {
      write(response, view.unknownPerson ? 400 : 200, "Sign in", signInContent(view, people));
    },

    /** The sign-in is over, belongs to another browser, or was made up. */
    signInUnknown(response: PageResponse): void {
      const words = "It has ended, or it was begun in another browser. Start again from the app.";
      write(response, 400, "Sign-in not known", message("This sign-in is not known", words));
    },

    /** @param error a code of OAuth or OpenID Connect @param status default: what the response has already */
    error(response: PageResponse, error: string, description = "", status = response.status): void {
      const content = html`<h1>This request cannot go on</h1>
<p class="lead">The application sent something that the practice provider does not accept.</p>
<p><code>${error}</code>${description && html`: ${description}`}</p>`;
      write(response, status, "Error", content);
    },

    /** @param form oidc-provider's hidden form, with the id that its buttons name */
    confirmSignOut(response: PageResponse, form: string): void {
      const content = html`<h1>Sign out here too?</h1>
<p class="lead">The application signed you out. The practice provider still knows who you are.</p>
${raw(form)}
<div class="actions">
<button class="primary" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button class="cancel" form="op.logoutForm">Stay signed in</button>
</div>`;
      write(response, 200, "Sign out", content);
    },

    signedOut(response: PageResponse): void {
      const words = "The practice provider has forgotten you. You can close this page.";
      write(response, 200, "Signed out", message("You are signed out", words));
    },

    stillSignedIn(response: PageResponse): void {
      const words = "The application signed you out; the practice provider will know you at the next sign-in.";
      write(response, 200, "Still signed in", message("You are still signed in here", words));
    },

    /** What somebody finds who opens the issuer's address. */
    home(response: PageResponse): void {
      const content = html`<h1>A provider to practise with</h1>
<p class="lead">Sign-in starts in your app, not here. Your app finds everything it needs in the
<a href="/.well-known/openid-configuration">discovery document</a>.</p>
<ul>${people.map(({ name, email }) => html`<li><span class="name">${name}</span> <span class="email">${email}</span></li>`)}</ul>`;
      write(response, 200, "Home", content);
    },
  };
}

function message(heading: string, words: string): Html {
  return html`<h1>${heading}</h1>
<p class="lead">${words}</p>`;
}
