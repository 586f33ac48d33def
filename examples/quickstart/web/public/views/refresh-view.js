// @ts-check
/** Step 4: when the next refresh is due, and what came of the last ones. */
import { clockTime, milliseconds, minutesAndSeconds } from "../format.js";
import { elapsedMs, untilDueMs } from "../timing.js";
import { byId, el, setText } from "../ui.js";

/**
 * @typedef {import("../session.js").SessionState} SessionState
 * @typedef {import("../session.js").SessionEvent} SessionEvent
 * @typedef {import("../session.js").Cause} Cause
 * @typedef {import("../timing.js").Instant} Instant
 */

const LINES = 6;

/** @type {Record<Cause, string>} */
const causes = {
  page_load: "when this page opened",
  schedule: "by itself, at its time",
  retry: "by itself, trying again",
  person: "because you asked",
  api_refusal: "because the API refused the token",
  other_tab: "because another tab signed in",
  api_call: "because a call needed it",
};

/** @param {{ now: () => Instant }} deps */
export function createRefreshView({ now }) {
  const next = el("p", { class: "next", "data-testid": "next-refresh" });
  const log = el("ol", { class: "log", "data-testid": "refresh-log" });
  const stage = byId("refresh-stage");
  stage.replaceChildren(el("p", { class: "quiet" }, "Each refresh appears here, with its time and generation."));

  /** @param {SessionState} state */
  function tick(state) {
    if (!state.token && log.childElementCount === 0) return;
    if (!next.isConnected) stage.replaceChildren(next, log);
    setText(next, nextLine(state));
  }

  /** @param {SessionState} state */
  function nextLine({ token, trouble, ended, refreshing }) {
    if (ended) return "The session is over: there is nothing left to refresh.";
    if (refreshing) return "Refreshing…";
    if (trouble && Number.isFinite(trouble.delayMs)) {
      return `Trying again in ${minutesAndSeconds(Math.max(trouble.delayMs - elapsedMs(trouble.since, now()), 0))}`;
    }
    if (trouble) return "Waiting for you: trying again by itself would not help.";
    if (!token) return "Nobody is signed in.";
    return `Next refresh in ${minutesAndSeconds(untilDueMs(token, now()))}`;
  }

  /** @param {SessionEvent} event */
  function append(event) {
    const [kind, badge, text, took] = describe(event);
    log.prepend(
      el(
        "li",
        { "data-kind": kind },
        el("time", {}, clockTime(now().wall)),
        el("span", { class: "generation" }, badge),
        el("span", {}, text),
        el("span", { class: "took" }, took),
      ),
    );
    while (log.childElementCount > LINES) log.lastElementChild?.remove();
  }

  return { tick, append };
}

/**
 * @param {SessionEvent} event
 * @returns {[kind: string, badge: string, text: string, took: string]}
 */
function describe(event) {
  switch (event.type) {
    case "refreshed":
      return [
        "refreshed",
        `generation ${event.token.generation}`,
        `A new token, ${causes[event.cause]}`,
        milliseconds(event.tookMs),
      ];
    case "other_tab_refreshed":
      return ["other-tab", `generation ${event.generation}`, "Another tab has refreshed", ""];
    case "trouble":
      return ["trouble", event.trouble.code, "No answer that decides anything: still signed in", ""];
    case "ended":
      return ["ended", event.reason, event.by === "server" ? "Refused for good" : "The session was ended", ""];
  }
}
