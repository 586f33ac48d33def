import type { Config } from "./config.ts";
import { formatDuration as text } from "./duration.ts";
import { findTokenWarnings } from "./token-warnings.ts";
import { applyRules, type ConfigWarning, type WarningRule } from "./warning.ts";

export type { ConfigWarning, WarningCode } from "./warning.ts";

const minute = 60;
const day = 24 * 60 * minute;

const rules: readonly WarningRule<Config>[] = [
  {
    code: "lifetime_idle_beyond_absolute",
    setting: () => "sessions.idle",
    holds: ({ sessions }) => sessions.idle > sessions.absolute,
    message: ({ sessions }) =>
      `The idle limit of ${text(sessions.idle)} never takes effect: a session ends after ${text(sessions.absolute)}, used or not.`,
    action: () => "Make it shorter than sessions.absolute.",
  },
  {
    code: "lifetime_session_long",
    setting: () => "sessions.absolute",
    holds: ({ sessions }) => sessions.absolute > 365 * day,
    message: ({ sessions }) =>
      `A sign-in lasts up to ${text(sessions.absolute)}: a device that was lost or sold stays signed in for as long as somebody uses it, and what nobody uses stays in the database.`,
    action: () => "Keep it at a year or less, and let people sign in once more.",
  },
  {
    code: "history_shorter_than_sessions",
    setting: () => "history.keep",
    holds: ({ history, sessions }) => history.keep < sessions.absolute,
    message: ({ history, sessions }) =>
      `Sessions live up to ${text(sessions.absolute)}, and events are removed after ${text(history.keep)}: the timeline of a live session may lack its beginning.`,
    action: () => "Make it as long as sessions.absolute, unless you have to remove traces sooner.",
  },
  {
    code: "signin_attempt_short",
    setting: () => "signin.attempt",
    holds: ({ signin }) => signin.attempt < 2 * minute,
    message: ({ signin }) =>
      `A sign-in has to be finished within ${text(signin.attempt)}: whoever looks for a password or a second factor comes back too late, and begins anew.`,
    action: () => "Make it 5m or more.",
  },
  {
    code: "keys_published_late",
    setting: () => "keys.publishAhead",
    // Verifiers keep a key set for the minute that we allow; caches on the way and slow clocks may add to it.
    holds: ({ keys }) => keys.publishAhead < 5 * minute,
    message: ({ keys }) =>
      `A new key signs ${text(keys.publishAhead)} after it was published: a service that still has the key set of before, and does not look up a key it does not know, refuses good tokens.`,
    action: () => "Make it longer than any service or proxy keeps the key set; 15m is the default.",
  },
  {
    code: "keys_rotated_early",
    setting: () => "keys.rotateEvery",
    holds: (config) => config.keys.rotateEvery < turnoverOf(config),
    message: (config) =>
      `A new key is made every ${text(config.keys.rotateEvery)}, and the one before it is needed for ${text(turnoverOf(config))}: keys pile up in the key set.`,
    action: () => "Make it days; 30d is the default.",
  },
];

/** Seconds from the making of a key until the last token of the one before it has expired. */
function turnoverOf({ keys, tokens, clients }: Config): number {
  return keys.publishAhead + Math.max(tokens.access, ...clients.map((client) => client.tokens.access ?? 0));
}

const providerRules: readonly WarningRule<{ readonly clockTolerance: number; readonly index: number }>[] = [
  {
    code: "clock_tolerance_long",
    setting: ({ index }) => `providers[${index}].clockTolerance`,
    holds: ({ clockTolerance }) => clockTolerance > 10 * minute,
    message: ({ clockTolerance }) =>
      `The provider's ID tokens are accepted up to ${text(clockTolerance)} after they expired: one that leaked can be used for as long.`,
    action: () =>
      "Keep it at 5m, and have the clock that is wrong put right; `holdfast doctor` measures the provider's.",
  },
];

/**
 * Finds settings that are allowed and hurt. None is an error: somebody may want just this.
 *
 * @example
 * for (const { code, setting, message, action } of findWarnings(config)) console.warn(code, setting, message, action);
 */
export function findWarnings(config: Config): ConfigWarning[] {
  const found = [
    ...findTokenWarnings(config),
    ...applyRules(rules, config),
    ...config.providers.flatMap(({ clockTolerance }, index) => applyRules(providerRules, { clockTolerance, index })),
  ];
  // Several clients may have one setting in common: it is told of once.
  return [...new Map(found.toReversed().map((each) => [`${each.code} ${each.setting}`, each])).values()].toReversed();
}
