// @ts-check
/** What needs saying above the steps: a sign-in that failed, trouble on the way, the session's end. */
import { byId, el, outside, setText } from "../ui.js";

/** @typedef {import("../session.js").SessionState} SessionState */

/** @type {Record<string, string>} Trouble, in words. */
const troubleText = {
  network_error: "Holdfast cannot be reached",
  request_timeout: "Holdfast takes too long to answer",
  server_error: "Holdfast has trouble of its own",
  rate_limited: "Holdfast asks for a pause",
  malformed_response: "Something between here and Holdfast answered in its place",
};

/** @param {{ errorUrl: (code: string) => string, retry: () => void }} deps */
export function createNotices({ errorUrl, retry }) {
  const failure = el("div", { role: "alert" });
  const weather = el("div", { role: "status" });
  byId("notices").append(failure, weather);
  let drawn = "";

  /** @param {string} code from `?error=` */
  function signInFailed(code) {
    failure.replaceChildren(
      el(
        "p",
        { class: "notice bad", "data-testid": "signin-error" },
        el("strong", {}, "Signing in did not work. "),
        "Nothing was changed. ",
        outside(errorUrl(code), "What ", el("code", {}, code), " means, and what to do"),
      ),
    );
  }

  /** Said when signing out could not be confirmed: the one thing that must not look done when it is not. */
  function signOutFailed() {
    failure.replaceChildren(
      el(
        "p",
        { class: "notice bad", "data-testid": "signout-error" },
        el("strong", {}, "You are still signed in. "),
        "Holdfast could not be reached to end the session. Try again in a moment.",
      ),
    );
  }

  /** @param {SessionState} state */
  function render({ trouble, token, phase }) {
    const key = trouble ? `${trouble.code} ${phase}` : "";
    if (key === drawn) return;
    drawn = key;
    if (!trouble) return weather.replaceChildren();
    const text = el("strong", {});
    const known = troubleText[trouble.code];
    setText(text, known ? `${known}. ` : "Holdfast does not accept this app’s request. ");
    weather.replaceChildren(
      el(
        "p",
        { class: "notice", "data-testid": "trouble" },
        text,
        token ? stillSignedIn(phase) : "Whether you are signed in will be known then. ",
        el("code", {}, trouble.code),
        " ",
        known
          ? el("button", { type: "button", class: "link", onclick: retry }, "Try now")
          : outside(errorUrl(trouble.code), "What to do"),
      ),
    );
  }

  return { signInFailed, signOutFailed, render, clear: () => failure.replaceChildren() };
}

/** @param {SessionState["phase"]} phase */
function stillSignedIn(phase) {
  return phase === "stale"
    ? "You stay signed in; the token has run out, so calls wait until it is back. "
    : "You stay signed in, and the token is good for now; the page keeps trying. ";
}
