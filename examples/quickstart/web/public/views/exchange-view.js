// @ts-check
/** One request to the API and its answer, as they went over the wire. Steps 3 and 5. */
import { parseChallenge } from "../challenge.js";
import { milliseconds } from "../format.js";
import { abbreviate } from "../token.js";
import { el, outside } from "../ui.js";

/**
 * @typedef {import("../api.js").Exchange} Exchange
 * @typedef {import("../api.js").CallOutcome} CallOutcome
 */

/**
 * @param {CallOutcome} outcome
 * @returns {HTMLElement}
 */
export function exchangeView(outcome) {
  if (outcome.type === "no_token")
    return note("There is no usable token to send just now. The line at the top says why.");
  if (outcome.type === "unreachable")
    return note("The API cannot be reached. Is it running? Nothing else has changed.");
  const { exchange } = outcome;
  return el(
    "div",
    { class: "exchange" },
    exchange.retried &&
      note("The first try was refused, so the page refreshed and tried once more. This is the second."),
    request(exchange),
    response(exchange),
  );
}

/** @param {string} text */
function note(text) {
  return el("p", { class: "quiet" }, text);
}

/** @param {Exchange} exchange */
function request({ url, jwt }) {
  const { pathname, host } = new URL(url);
  return message(
    "Request",
    el("p", { class: "line" }, el("code", {}, el("b", {}, "GET"), ` ${pathname}`)),
    headers([
      ["host", host],
      ["origin", location.origin],
      ["authorization", `Bearer ${abbreviate(jwt)}`],
    ]),
  );
}

/** @param {Exchange} exchange */
function response({ status, statusText, tookMs, headers: received, body }) {
  const kind = status < 300 ? "good" : "refused";
  return message(
    "Response",
    el(
      "p",
      { class: "line" },
      el("code", { class: `status ${kind}`, "data-testid": "status" }, `${status} ${statusText}`.trim()),
      el("span", { class: "took" }, milliseconds(tookMs)),
    ),
    headers(received),
    el("pre", { class: "body", tabindex: "0", "data-testid": "body" }, JSON.stringify(body, null, 2)),
    kind === "refused" && explanation(body),
  );
}

/**
 * @param {string} title
 * @param {...(HTMLElement | false | null)} children
 */
function message(title, ...children) {
  return el("section", { class: `message ${title.toLowerCase()}` }, el("h3", {}, title), ...children);
}

/** @param {[string, string][]} list */
function headers(list) {
  return el(
    "dl",
    { class: "headers" },
    ...list.map(([name, value]) =>
      el(
        "div",
        { "data-header": name },
        el("dt", {}, name),
        el("dd", {}, name === "www-authenticate" ? challenge(value) : value),
      ),
    ),
  );
}

/**
 * A challenge, one parameter a line.
 * @param {string} header
 */
function challenge(header) {
  const { scheme, parameters } = parseChallenge(header);
  return el(
    "span",
    { class: "challenge" },
    el("b", {}, scheme),
    ...parameters.map(([name, value]) =>
      el("span", { class: "parameter" }, `${name}=`, el("q", {}, isAddress(value) ? outside(value, value) : value)),
    ),
  );
}

/**
 * The way from a refusal to the page that explains it (problem details, RFC 9457: `type` and `code`).
 * @param {unknown} body
 */
function explanation(body) {
  if (typeof body !== "object" || body === null) return null;
  const { type, code, title } = /** @type {Record<string, unknown>} */ (body);
  if (typeof type !== "string" || typeof code !== "string" || !isAddress(type)) return null;
  return el(
    "p",
    { class: "explanation" },
    `${typeof title === "string" ? `${title}. ` : ""}`,
    outside(type, "What ", el("code", { "data-testid": "error-code" }, code), " means, and what to do"),
  );
}

/** @param {string} text */
function isAddress(text) {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}
