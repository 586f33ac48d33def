import type { Config } from "./config.ts";
import { formatDuration as text } from "./duration.ts";
import type { ClientConfig, TokenLifetimes } from "./schema.ts";
import { applyRules, type ConfigWarning, type WarningRule } from "./warning.ts";

const minute = 60;
const hour = 60 * minute;

/** The lifetimes of one client, or of all when there are none. Seconds. */
interface ClientLifetimes extends TokenLifetimes {
  readonly sessionIdle: number;
  readonly sessionAbsolute: number;
  /** Whether its refresh token rotates in a cookie, which all tabs share. */
  readonly rotatesInCookie: boolean;
  /** Where each is set: for all clients, or for this one. */
  readonly path: (name: keyof TokenLifetimes) => string;
}

const idleOf = ({ refreshIdle, sessionIdle }: ClientLifetimes) => Math.min(refreshIdle, sessionIdle);
const absoluteOf = ({ refreshAbsolute, sessionAbsolute }: ClientLifetimes) =>
  Math.min(refreshAbsolute, sessionAbsolute);

const rules: readonly WarningRule<ClientLifetimes>[] = [
  {
    code: "lifetime_access_beyond_idle",
    setting: ({ path }) => path("access"),
    holds: (own) => own.access >= idleOf(own),
    message: (own) =>
      `Access tokens live ${text(own.access)}, and a grant that is not refreshed for ${text(idleOf(own))} ends. A client that refreshes when its token ends comes too late: its people are signed out while they work.`,
    action: ({ path }) =>
      `Make it much shorter than the idle limits, ${path("refreshIdle")} and sessions.idle; 15m is the default.`,
  },
  {
    code: "lifetime_access_beyond_absolute",
    setting: ({ path }) => path("access"),
    holds: (own) => own.access > absoluteOf(own),
    message: (own) =>
      `Access tokens are to live ${text(own.access)}, but everything ends ${text(absoluteOf(own))} after the sign-in: none lives as long as this says.`,
    action: ({ path }) => `Make it shorter than ${path("refreshAbsolute")} and sessions.absolute.`,
  },
  {
    code: "lifetime_access_long",
    setting: ({ path }) => path("access"),
    holds: ({ access }) => access > hour,
    message: ({ access }) =>
      `Access tokens live ${text(access)}. A service that does not follow the feed accepts one for as long after its session was ended or its person disabled.`,
    action: () => "Keep it at 1h or less, or see to it that every service follows the feed.",
  },
  {
    code: "lifetime_access_short",
    setting: ({ path }) => path("access"),
    holds: ({ access }) => access < minute,
    message: ({ access }) =>
      `Access tokens live ${text(access)}. Clients refresh all the time, and to a clock that is a little off a fresh token looks expired.`,
    action: () => "Make it 5m or more; the feed ends tokens at once, however long they live.",
  },
  {
    code: "lifetime_idle_beyond_absolute",
    setting: ({ path }) => path("refreshIdle"),
    holds: ({ refreshIdle, refreshAbsolute }) => refreshIdle > refreshAbsolute,
    message: ({ refreshIdle, refreshAbsolute }) =>
      `The idle limit of ${text(refreshIdle)} never takes effect: a grant ends after ${text(refreshAbsolute)}, used or not.`,
    action: ({ path }) => `Make it shorter than ${path("refreshAbsolute")}.`,
  },
  {
    code: "lifetime_idle_cut",
    setting: ({ path }) => path("refreshIdle"),
    holds: ({ refreshIdle, sessionIdle }) => refreshIdle > sessionIdle,
    message: ({ refreshIdle, sessionIdle }) =>
      `Refresh tokens are to work unused for ${text(refreshIdle)}, but a session ends after ${text(sessionIdle)} without use: that is what they get.`,
    action: () => "Raise sessions.idle to it, or lower it.",
  },
  {
    code: "lifetime_absolute_cut",
    setting: ({ path }) => path("refreshAbsolute"),
    holds: ({ refreshAbsolute, sessionAbsolute }) => refreshAbsolute > sessionAbsolute,
    message: ({ refreshAbsolute, sessionAbsolute }) =>
      `Grants are to live ${text(refreshAbsolute)}, but their session ends after ${text(sessionAbsolute)}: that is what they get.`,
    action: () => "Raise sessions.absolute to it, or lower it.",
  },
  {
    code: "lifetime_overlap_long",
    setting: ({ path }) => path("overlap"),
    holds: ({ overlap }) => overlap >= 2 * minute,
    message: ({ overlap }) =>
      `A refresh token works for ${text(overlap)} after it was replaced: a stolen one that is used within that time goes unnoticed.`,
    action: () => "Keep it at 1m or less; a client that repeats its Idempotency-Key can retry without any.",
  },
  {
    code: "lifetime_overlap_none",
    setting: ({ path }) => path("overlap"),
    holds: ({ overlap, rotatesInCookie }) => overlap === 0 && rotatesInCookie,
    message: () =>
      "Without an overlap, two tabs that refresh at the same moment look like a thief and the owner: the session ends, and an honest person is signed out.",
    action: () => "Give it 10s or more; 30s is the default.",
  },
];

/** Looks at the lifetimes of every client, each as it is in force for it. */
export function findTokenWarnings({ clients, tokens, sessions }: Config): ConfigWarning[] {
  const scopes = clients.length === 0 ? [null] : clients;
  return scopes.flatMap((client, index) => {
    const own = client?.tokens ?? {};
    return applyRules(rules, {
      ...lifetimesOf(tokens, own),
      sessionIdle: sessions.idle,
      sessionAbsolute: sessions.absolute,
      rotatesInCookie: client === null || (client.refreshToken === "cookie" && client.rotate),
      path: (name) => (own[name] === undefined ? `tokens.${name}` : `clients[${index}].tokens.${name}`),
    });
  });
}

function lifetimesOf(defaults: TokenLifetimes, own: ClientConfig["tokens"]): TokenLifetimes {
  return {
    access: own.access ?? defaults.access,
    refreshIdle: own.refreshIdle ?? defaults.refreshIdle,
    refreshAbsolute: own.refreshAbsolute ?? defaults.refreshAbsolute,
    overlap: own.overlap ?? defaults.overlap,
  };
}
