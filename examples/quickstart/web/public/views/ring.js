// @ts-check
/** The countdown ring: a token's life, with a notch where it is due to be refreshed. */
import { minutesAndSeconds } from "../format.js";
import { dueAgeMs } from "../timing.js";
import { el, setText, svg } from "../ui.js";

const RADIUS = 44;
const CIRCUMFERENCE = 2 * Math.PI * RADIUS;

/** @param {HTMLElement} place */
export function createRing(place) {
  const circle = { cx: "50", cy: "50", r: String(RADIUS) };
  const left = svg("circle", { ...circle, class: "ring-left", "stroke-dasharray": String(CIRCUMFERENCE) });
  const notch = svg("line", { x1: "50", y1: "1", x2: "50", y2: "11", class: "ring-notch" });
  const time = el("span", { class: "ring-time" });
  const words = el("span", { class: "ring-words" });
  place.append(
    svg(
      "svg",
      { viewBox: "0 0 100 100", "aria-hidden": "true" },
      svg("circle", { ...circle, class: "ring-all" }),
      left,
      notch,
    ),
    el("p", { class: "ring-text" }, time, words),
  );

  /**
   * @param {{ lifetimeMs: number, remainingMs: number, over: boolean }} life over: refused, however much time is left
   */
  return function show({ lifetimeMs, remainingMs, over }) {
    const share = remainingMs / lifetimeMs;
    left.setAttribute("stroke-dashoffset", String(-CIRCUMFERENCE * (1 - share)));
    notch.setAttribute("transform", `rotate(${(dueAgeMs(lifetimeMs) / lifetimeMs) * 360} 50 50)`);
    place.dataset.state = over ? "over" : remainingMs === 0 ? "expired" : "good";
    setText(time, minutesAndSeconds(remainingMs));
    const whole = `of ${minutesAndSeconds(lifetimeMs)}`;
    setText(words, over ? "left, and refused" : remainingMs === 0 ? "expired" : `left ${whole}`);
  };
}
