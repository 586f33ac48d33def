// @ts-check
import { byId, setText } from "../ui.js";

const STEPS = 5;

/** Lights the steps up as they are done. The first one that is not is the current one. */
export function createSteps() {
  /** @type {Set<number>} */
  const done = new Set();

  function show() {
    let current = 1;
    while (done.has(current)) current += 1;
    for (let step = 1; step <= STEPS; step += 1) {
      const item = byId(`step-${step}`);
      const state = done.has(step) ? "done" : step === current ? "current" : "todo";
      item.dataset.state = state;
      if (state === "current") item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
      const said = item.querySelector("[data-said]");
      if (said) setText(said, state === "done" ? ", done" : "");
    }
  }
  show();

  return {
    /** @param {number} step */
    finish(step) {
      if (done.has(step)) return;
      done.add(step);
      show();
    },
    /** For a new session the story begins anew. */
    restart() {
      done.clear();
      show();
    },
  };
}
