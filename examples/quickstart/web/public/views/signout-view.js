// @ts-check
/** Step 5: what this tab knows after the sign-out, and what the API says to the token that is left. */
import { clockTime } from "../format.js";
import { byId, el, outside } from "../ui.js";
import { exchangeView } from "./exchange-view.js";

/**
 * @typedef {import("../session.js").SessionState} SessionState
 * @typedef {import("../session.js").SessionEvent} SessionEvent
 * @typedef {import("../api.js").CallOutcome} CallOutcome
 */

/** @type {Record<"this_tab" | "other_tab" | "server", string>} */
const knownFrom = {
  this_tab: "You signed out here, and every other tab of this app was told.",
  other_tab: "Another tab ended the session and told this one. No request was needed.",
  server: "Holdfast refused to refresh: the session has ended.",
};

/** @param {{ errorUrl: (code: string) => string }} deps */
export function createSignOutView({ errorUrl }) {
  const stage = byId("signout-stage");
  const buttons = { secondTab: byId("second-tab"), signOut: byId("sign-out"), callOld: byId("call-old") };
  waiting();

  function waiting() {
    stage.replaceChildren(el("p", { class: "quiet" }, "The refusal appears here."));
  }

  /** @param {SessionState} state */
  function render({ token, ended }) {
    const live = token !== null && ended === null;
    const focusMoves = document.activeElement === buttons.signOut && ended !== null;
    buttons.secondTab.hidden = !live;
    buttons.signOut.hidden = ended !== null;
    buttons.callOld.hidden = !(token && ended);
    // The button that was pressed is gone; what comes next takes its place for the keyboard, too.
    if (focusMoves) buttons.callOld.focus();
  }

  /** @param {Extract<SessionEvent, { type: "ended" }>} event */
  function sayEnded({ reason, by }) {
    stage.replaceChildren(
      el(
        "p",
        { class: "ended", "data-testid": "ended" },
        el("time", {}, clockTime(Date.now())),
        ` ${knownFrom[by]} `,
        outside(errorUrl(reason), el("code", {}, reason)),
      ),
    );
  }

  /** @param {CallOutcome} outcome with the old token */
  function sayRefused(outcome) {
    for (const old of stage.querySelectorAll(".exchange, .quiet")) old.remove();
    if (outcome.type === "answered" && outcome.exchange.status < 300) {
      stage.append(
        el("p", { class: "quiet" }, "Still accepted: the news takes up to a second to reach the API. Try again."),
      );
    }
    stage.append(exchangeView(outcome));
  }

  return { render, sayEnded, sayRefused, waiting };
}
