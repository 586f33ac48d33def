import type { Milliseconds } from "@holdfast/client";
import { minutes, type VirtualTab } from "@holdfast/client/testing";
import type { Scenario } from "./scenarios/index.ts";
import { accessLifetime } from "./servers/vendor-server.ts";
import type { Trial } from "./trial.ts";

/**
 * `held`: never shown as signed out, and a good token in every tab at the end. `flashed`: the same, but the sign-in page
 * was shown in between, or the page reloaded itself. `logged out`: a tab for which the library says that nobody is signed
 * in, or whose session is over at the server. `stuck`: a tab that has neither a token nor that word. `ended` and `held on`: where the session is over.
 */
export type Verdict = "held" | "flashed" | "logged out" | "stuck" | "ended" | "held on";

export interface Finding {
  readonly verdict: Verdict;
  /** Requests or reloads without bound, whatever became of the session. */
  readonly isLooping: boolean;
  /** Requests for a new token, from the sign-in on. */
  readonly requests: number;
  readonly reloads: number;
  /** Calls of the app's API that failed because the library threw. */
  readonly errors: number;
  /** Calls for which the library's token had expired, so that the API refused it. */
  readonly expiredTokens: number;
  /** Seconds from the end of the fault until every tab had its way: a good token, or the sign-in page. Null: never. */
  readonly settledAfter: number | null;
}

/** From how many on it is a loop: requests of one tab in a minute, … */
const loopPerMinute = 30;
/** … requests of one tab in a token's life, while every one is answered with a token, … */
const loopPerLifetime = 10;
/** … and reloads of the page by itself. */
const loopReloads = 5;

/** What is observed of a trial, once the app has been used for longer than a token lives after the fault. */
export function judge(scenario: Scenario, trial: Trial, liftedAt: Milliseconds): Finding {
  const { world, asked, since } = trial;
  const reloads = world.violations.filter(({ invariant }) => invariant === "no reload").length;
  const after = asked.filter(({ at }) => at >= since);
  const finding = {
    requests: trial.renewals().length,
    reloads,
    errors: after.filter(({ answer }) => answer === "error").length,
    expiredTokens: after.filter(({ was401 }) => was401).length,
    settledAfter: settledAfter(scenario, trial, liftedAt),
  };
  const isLooping = reloads > loopReloads || isAskingForEver(scenario, trial);
  return { verdict: verdictOf(scenario, trial, reloads), isLooping, ...finding };
}

function verdictOf({ expected }: Scenario, trial: Trial, reloads: number): Verdict {
  const tabs = openTabs(trial);
  const last = tabs.map((tab) => lastAnswer(trial, tab));
  if (expected === "ended") return last.every((answer) => answer === "nobody") ? "ended" : "held on";
  if (last.includes("nobody") || last.includes("doomed")) return "logged out";
  if (last.some((answer) => answer !== "good")) return "stuck";
  const wasOut = tabs.some(({ history }) => history.some(({ at, state }) => at >= trial.since && isOver(state.status)));
  return wasOut || reloads > 0 ? "flashed" : "held";
}

function isAskingForEver({ isAnswered = false }: Scenario, trial: Trial): boolean {
  const sent = trial.renewals();
  const lifetimes = Math.max(1, (trial.world.now - trial.since) / accessLifetime);
  return trial.world.tabs.some(({ name }) => {
    const times = sent.filter(({ tab }) => tab === name).map(({ at }) => at);
    const isBurst = times.some(
      (at, index) => (times[index + loopPerMinute] ?? Number.POSITIVE_INFINITY) - at < minutes(1),
    );
    return isBurst || (isAnswered && times.length / lifetimes > loopPerLifetime);
  });
}

const openTabs = ({ world }: Trial) => world.tabs.filter(({ page }) => page.runtime.isOpen());

const isOver = (status: VirtualTab["status"]) => status === "anonymous" || status === "ended";

const isOut = ({ status }: VirtualTab) => isOver(status);

function lastAnswer(trial: Trial, tab: VirtualTab): string | null {
  return trial.asked.findLast((entry) => entry.tab === tab)?.answer ?? null;
}

function settledAfter({ expected }: Scenario, trial: Trial, liftedAt: Milliseconds): number | null {
  const times = openTabs(trial).map((tab) => (expected === "ended" ? outSince(tab) : goodSince(trial, tab, liftedAt)));
  if (times.includes(null)) return null;
  const latest = Math.max(...times.map((time) => time ?? 0), liftedAt);
  return Math.round((latest - liftedAt) / 1000);
}

/** Since when the tab shows its sign-in page without a break. */
function outSince(tab: VirtualTab): Milliseconds | null {
  return isOut(tab) ? (tab.history.at(-1)?.at ?? null) : null;
}

/** When the first of the good answers came after which there were no others. */
function goodSince({ asked }: Trial, tab: VirtualTab, liftedAt: Milliseconds): Milliseconds | null {
  const answers = asked.filter((entry) => entry.tab === tab && entry.answer !== null && entry.answeredAt >= liftedAt);
  const lastBad = answers.findLastIndex(({ answer }) => answer !== "good");
  return answers[lastBad + 1]?.answeredAt ?? null;
}
