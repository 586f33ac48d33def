// @ts-check
/** The page: builds everything, and joins the session's changes to what is seen. Begin reading here. */
import { createApiCalls } from "./api.js";
import { createAttemptKey } from "./attempt-key.js";
import { createIssuer } from "./issuer.js";
import { createSession } from "./session.js";
import { createTabs } from "./tabs.js";
import { decodeToken } from "./token.js";
import { announce, byId, setText } from "./ui.js";
import { exchangeView } from "./views/exchange-view.js";
import { createNotices } from "./views/notices.js";
import { createRefreshView } from "./views/refresh-view.js";
import { createSignInView } from "./views/signin-view.js";
import { createSignOutView } from "./views/signout-view.js";
import { createSteps } from "./views/steps.js";
import { createTokenView } from "./views/token-view.js";

/**
 * @typedef {import("./session.js").SessionState} SessionState
 * @typedef {import("./session.js").SessionEvent} SessionEvent
 */

/** @type {{ issuer: string, api: string, clientId: string }} */
const config = await (await fetch("/config.json")).json();
const here = location.origin + location.pathname;
const now = () => ({ wall: Date.now(), monotonic: performance.now() });

const issuer = createIssuer(config);
const name = `holdfast.${config.clientId}`;
const session = createSession({
  issuer,
  tabs: createTabs(name),
  attemptKey: createAttemptKey(`${name}.attempt`),
  now,
  random: Math.random,
  onChange: show,
});
const calls = createApiCalls({ api: config.api, session });

const steps = createSteps();
const notices = createNotices({ errorUrl: issuer.errorUrl, retry: () => session.refresh("person") });
const signInView = createSignInView({ signInUrl: () => issuer.signInUrl(here) });
const tokenView = createTokenView({ now });
const refreshView = createRefreshView({ now });
const signOutView = createSignOutView({ errorUrl: issuer.errorUrl });

/** @type {import("./issuer.js").Person | null} */
let person = null;
/** The session that `person` and the steps belong to. @type {string | undefined} */
let shownSid;

/**
 * @param {SessionState} state
 * @param {SessionEvent} [event]
 */
function show(state, event) {
  document.documentElement.dataset.phase = state.phase;
  if (state.token && !state.ended && state.token.sid !== shownSid) startStory(state.token.sid);
  if (event) tell(event);

  const claims = state.token && /** @type {any} */ (decodeToken(state.token.jwt)?.claims ?? null);
  signInView.render(state, person, claims);
  tokenView.render(state);
  refreshView.tick(state);
  signOutView.render(state);
  notices.render(state);

  const live = state.token !== null && state.ended === null;
  for (const id of ["call-api", "refresh-now", "sign-out"]) byId(id).toggleAttribute("disabled", !live);
}

/** @param {string} sid */
async function startStory(sid) {
  shownSid = sid;
  person = null;
  steps.restart();
  byId("call-stage").replaceChildren(hint("The request and its answer appear here."));
  signOutView.waiting();
  steps.finish(1);
  steps.finish(2);
  const found = await issuer.person();
  if (shownSid !== sid || !found) return;
  person = found;
  announce(`Signed in as ${found.user.name ?? found.user.email ?? "somebody without a name"}.`);
  show(session.state());
}

/** @param {SessionEvent} event */
function tell(event) {
  refreshView.append(event);
  if (event.type === "refreshed" && event.cause !== "page_load") {
    notices.clear();
    steps.finish(4);
    announce(`The token was refreshed: generation ${event.token.generation}.`);
  }
  if (event.type === "trouble" && event.trouble.attempt === 1)
    announce("Refreshing failed for now. You stay signed in.");
  if (event.type === "ended") {
    signOutView.sayEnded(event);
    announce("The session has ended.");
  }
}

/** @param {string} text */
function hint(text) {
  const paragraph = document.createElement("p");
  paragraph.className = "quiet";
  paragraph.textContent = text;
  return paragraph;
}

/**
 * Runs one action at a time from this button. It stays focusable meanwhile, so that a keyboard does not lose its place.
 * @param {string} id
 * @param {() => Promise<void>} action
 */
function onPress(id, action) {
  const button = byId(id);
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      await action();
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

onPress("call-api", async () => {
  const outcome = await calls.call();
  byId("call-stage").replaceChildren(exchangeView(outcome));
  announceAnswer(outcome);
  if (outcome.type === "answered" && outcome.exchange.status === 200) steps.finish(3);
});

onPress("refresh-now", () => session.refresh("person"));

onPress("sign-out", async () => {
  if (await session.signOut()) notices.clear();
  else notices.signOutFailed();
});

onPress("call-old", async () => {
  const { token } = session.state();
  if (!token) return;
  const outcome = await calls.send(token.jwt);
  signOutView.sayRefused(outcome);
  announceAnswer(outcome);
  if (outcome.type === "answered" && outcome.exchange.status === 401) steps.finish(5);
});

/** @param {import("./api.js").CallOutcome} outcome */
function announceAnswer(outcome) {
  announce(outcome.type === "answered" ? `The API answered ${outcome.exchange.status}.` : "The API did not answer.");
}

function wake() {
  session.wake();
  session.evaluate();
}

const query = new URLSearchParams(location.search);
const failure = query.get("error");
if (failure) notices.signInFailed(failure);
// Said once; a reload shall not say it again.
if (query.size > 0) history.replaceState(null, "", here);

setText(byId("origin-web"), location.host);
setText(byId("origin-issuer"), new URL(config.issuer).host);
setText(byId("origin-api"), new URL(config.api).host);
byId("errors-link").setAttribute("href", `${config.issuer}/errors`);
byId("call-stage").replaceChildren(hint("The request and its answer appear here."));

addEventListener("online", wake);
// Back from the back/forward cache: whatever the other tabs said meanwhile was not heard.
addEventListener("pageshow", (event) => event.persisted && session.refresh("page_load"));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
setInterval(() => {
  session.evaluate();
  tokenView.tick(session.state());
  refreshView.tick(session.state());
}, 1000);
show(session.state());
session.evaluate();
