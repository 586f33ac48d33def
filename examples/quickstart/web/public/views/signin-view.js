// @ts-check
/** Step 1, and the line at the top that says who is signed in. */
import { dayAndTime } from "../format.js";
import { byId, el, setText } from "../ui.js";

/**
 * @typedef {import("../session.js").SessionState} SessionState
 * @typedef {import("../issuer.js").Person} Person
 */

/** @param {{ signInUrl: () => string }} deps */
export function createSignInView({ signInUrl }) {
  const stage = byId("signin-stage");
  /** Drawn again only when something in it changed: the focus may be on the link. */
  let drawn = "";

  /**
   * @param {SessionState} state
   * @param {Person | null} person null until it is known
   * @param {{ account: string, role: string } | null} claims
   */
  function render(state, person, claims) {
    const kind = kindOf(state);
    renderIdentity(kind, person, claims);
    const key = JSON.stringify([kind, person, claims?.account, state.ended]);
    if (key === drawn) return;
    drawn = key;
    if (kind === "starting") stage.replaceChildren(el("p", { class: "quiet" }, "Looking for a session…"));
    else if (kind === "in") stage.replaceChildren(personCard(person, claims));
    else stage.replaceChildren(invitation(state));
  }

  /** @param {SessionState} state */
  function invitation({ ended }) {
    const title = ended ? "The session is over." : "This browser has no session yet.";
    const text = ended ? "A new one begins here." : "You will be back on this page in a moment.";
    const words = el("div", {}, el("p", { class: "name" }, title), el("p", { class: "muted" }, text));
    return el("div", { class: "invitation" }, words, signInLink(ended ? "Sign in again" : "Sign in"));
  }

  /** @param {string} text */
  function signInLink(text) {
    return el("a", { class: "button primary", id: "sign-in", "data-testid": "sign-in", href: signInUrl() }, text);
  }

  return { render };
}

/**
 * @param {SessionState} state
 * @returns {"starting" | "in" | "out"}
 */
function kindOf({ phase, token, ended }) {
  if (token && !ended) return "in";
  return phase === "starting" ? "starting" : "out";
}

/**
 * @param {"starting" | "in" | "out"} kind
 * @param {Person | null} person
 * @param {{ account: string, role: string } | null} claims
 */
function renderIdentity(kind, person, claims) {
  const name = nameOf(person);
  byId("identity").dataset.signedIn = String(kind === "in");
  setText(byId("identity-glyph"), kind === "in" ? initialsOf(name) : "");
  const role = claims && kind === "in" ? ` · ${claims.role}, ${accountName(person, claims.account)}` : "";
  setText(byId("identity-role"), role);
  setText(byId("identity-text"), kind === "in" ? name : kind === "out" ? "Nobody is signed in" : "…");
}

/**
 * @param {Person | null} person
 * @param {{ account: string, role: string } | null} claims
 */
function personCard(person, claims) {
  return el(
    "div",
    { class: "person" },
    el("span", { class: "glyph large", "aria-hidden": "true" }, initialsOf(nameOf(person))),
    el(
      "div",
      {},
      el("p", { class: "name", "data-testid": "user-name" }, nameOf(person)),
      person?.user.email && el("p", { class: "small muted" }, person.user.email),
    ),
    el(
      "dl",
      { class: "facts" },
      ...fact("Account", "account-name", claims && accountName(person, claims.account)),
      ...fact("Role", "account-role", claims?.role),
      ...fact("Through", "provider", person?.provider),
      ...fact("Session ends", "session-ends", person && dayAndTime(person.expires_at)),
    ),
  );
}

/**
 * @param {string} term
 * @param {string} testId
 * @param {string | null | undefined} value
 */
function fact(term, testId, value) {
  return value ? [el("div", {}, el("dt", {}, term), el("dd", { "data-testid": testId }, value))] : [];
}

/** @param {Person | null} person */
function nameOf(person) {
  return person?.user.name ?? person?.user.email ?? "Signed in";
}

/**
 * @param {Person | null} person
 * @param {string} id
 */
function accountName(person, id) {
  return person?.accounts.find((account) => account.id === id)?.name ?? id;
}

/** @param {string} name */
function initialsOf(name) {
  const words = name.split("@")[0]?.split(/\s+/u).filter(Boolean) ?? [];
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...(word ?? "")][0]?.toUpperCase() ?? "").join("");
}
