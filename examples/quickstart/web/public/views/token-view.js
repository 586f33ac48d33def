// @ts-check
/** Step 2: the token, in its three parts, each claim explained. */
import { claimMeanings, headerMeanings, timeClaims } from "../claims.js";
import { clockTime, distance } from "../format.js";
import { remainingMs } from "../timing.js";
import { decodeToken } from "../token.js";
import { byId, el, setText } from "../ui.js";
import { createRing } from "./ring.js";

/**
 * @typedef {import("../session.js").SessionState} SessionState
 * @typedef {import("../timing.js").Instant} Instant
 */

/** @param {{ now: () => Instant }} deps */
export function createTokenView({ now }) {
  const stage = byId("token-stage");
  const place = byId("ring");
  const showRing = createRing(place);
  let whole = false;
  /** @type {string | null | undefined} */
  let drawn;
  stage.replaceChildren(placeholder());

  /** @param {SessionState} state */
  function render({ token, ended }) {
    stage.dataset.over = String(ended !== null);
    if (token && token.jwt !== drawn) {
      drawn = token.jwt;
      draw(token.jwt);
    }
    tick({ token, ended });
  }

  /** @param {Pick<SessionState, "token" | "ended">} state */
  function tick({ token, ended }) {
    place.hidden = !token;
    if (!token) return;
    showRing({ lifetimeMs: token.lifetimeMs, remainingMs: remainingMs(token, now()), over: ended !== null });
    for (const element of stage.querySelectorAll("[data-seconds]")) {
      const ms = Number(element.getAttribute("data-seconds")) * 1000;
      setText(element, `${clockTime(ms)}, ${distance(ms - now().wall)}`);
    }
  }

  /** @param {string} jwt */
  function draw(jwt) {
    const decoded = decodeToken(jwt);
    if (!decoded)
      return stage.replaceChildren(el("p", { class: "quiet" }, "This token is not a JWT, so there is nothing to see."));
    const { parts, header, claims, signatureBytes } = decoded;
    stage.replaceChildren(
      encoded(parts),
      group("header", "Header", rows(header, headerMeanings)),
      group("claims", "Claims", rows(claims, claimMeanings)),
      group("signature", "Signature", [
        row(
          "",
          `${signatureBytes} bytes`,
          "Over the two parts above. Change one letter of them and it no longer fits.",
        ),
      ]),
    );
    // The rows with times are filled by the tick that follows.
  }

  /** @param {readonly [string, string, string]} parts */
  function encoded([header, payload, signature]) {
    const text = el("code", { class: "encoded", id: "encoded-token", "data-testid": "encoded-token" });
    const button = el("button", { type: "button", class: "link", "aria-controls": "encoded-token", onclick: toggle });
    function show() {
      /** @param {string} part @param {number} length */
      const cut = (part, length) => (whole || part.length <= length ? part : `${part.slice(0, length)}…`);
      text.replaceChildren(
        el("span", { class: "part-header" }, cut(header, 40)),
        ".",
        el("span", { class: "part-claims" }, cut(payload, 108)),
        ".",
        el("span", { class: "part-signature" }, cut(signature, 40)),
      );
      button.setAttribute("aria-expanded", String(whole));
      setText(button, whole ? "Show less" : "Show the whole token");
    }
    function toggle() {
      whole = !whole;
      show();
    }
    show();
    return el("div", { class: "encoded-box" }, text, button);
  }

  return { render, tick };
}

function placeholder() {
  const bars = Array.from({ length: 5 }, () => el("span"));
  const shape = el("span", { class: "ghost", "aria-hidden": "true" }, ...bars);
  return el("p", { class: "quiet" }, shape, el("span", {}, "Your token appears here, and each of its claims."));
}

/**
 * @param {"header" | "claims" | "signature"} part
 * @param {string} title
 * @param {HTMLElement[]} children
 */
function group(part, title, children) {
  return el("section", { class: `part part-of-${part}` }, el("h3", {}, title), el("dl", {}, ...children));
}

/**
 * Known names first and in their order, then whatever else there is.
 * @param {import("../token.js").Json} values
 * @param {Record<string, string>} meanings
 */
function rows(values, meanings) {
  const known = Object.keys(meanings).filter((name) => name in values);
  const others = Object.keys(values).filter((name) => !(name in meanings));
  return [...known, ...others].map((name) => row(name, values[name], meanings[name] ?? ""));
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string} meaning
 */
function row(name, value, meaning) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const time = timeClaims.has(name) && typeof value === "number";
  return el(
    "div",
    { class: "claim", "data-claim": name || undefined },
    el("dt", {}, name && el("code", {}, name)),
    el("dd", { class: "value" }, el("code", {}, text), time && el("span", { class: "time", "data-seconds": text })),
    el("dd", { class: "meaning" }, meaning),
  );
}
