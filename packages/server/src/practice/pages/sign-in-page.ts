import { html } from "hono/html";
import type { PracticePerson } from "../people.ts";
import type { Html } from "./page.ts";

export interface SignInView {
  /** Where the form goes. */
  readonly action: string;
  /** The application that asks. */
  readonly clientName: string;
  /** The `sub` of whoever is signed in in this browser. */
  readonly signedIn: string | undefined;
  /** The e-mail or `sub` that the application expects (`login_hint`). */
  readonly loginHint: string | undefined;
  /** The answer named nobody on the list. */
  readonly unknownPerson?: boolean;
}

/** A list of people, one click each. */
export function signInContent(view: SignInView, people: readonly PracticePerson[]): Html {
  return html`<h1>Who do you want to be?</h1>
<p class="lead">Choose someone to sign in to <strong>${view.clientName}</strong> as.</p>
${view.unknownPerson ? html`<p class="alarm" role="alert">That person is not on the list. Choose one of these.</p>` : ""}
<form method="post" action="${view.action}">
<ul>${people.map((person) => html`<li>${personButton(person, badges(person, view))}</li>`)}</ul>
<button class="cancel" name="answer" value="cancel">Cancel</button>
</form>`;
}

function personButton(person: PracticePerson, notes: readonly string[]): Html {
  return html`<button class="person" name="person" value="${person.sub}">
<span class="initials" aria-hidden="true">${initials(person)}</span>
<span class="who"><span class="name">${person.name}</span> <span class="email">${person.email}</span>
${notes.map((note) => html`<span class="badge">${note}</span> `)}</span>
</button>`;
}

function badges(person: PracticePerson, { signedIn, loginHint }: SignInView): string[] {
  const notes: string[] = [];
  if (!person.emailVerified) notes.push("e-mail not verified");
  if (person.sub === signedIn) notes.push("signed in now");
  if (loginHint === person.email || loginHint === person.sub) notes.push("expected by the app");
  return notes;
}

function initials({ givenName, familyName }: PracticePerson): string {
  return [givenName, familyName].map((name) => [...name][0] ?? "").join("");
}
