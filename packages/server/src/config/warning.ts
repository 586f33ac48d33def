/** What a warning is about; stable, for programs. The documentation explains each, under "Lifetimes". */
export type WarningCode =
  | "clock_tolerance_long"
  | "history_shorter_than_sessions"
  | "keys_published_late"
  | "keys_rotated_early"
  | "lifetime_absolute_cut"
  | "lifetime_access_beyond_absolute"
  | "lifetime_access_beyond_idle"
  | "lifetime_access_long"
  | "lifetime_access_short"
  | "lifetime_idle_beyond_absolute"
  | "lifetime_idle_cut"
  | "lifetime_overlap_long"
  | "lifetime_overlap_none"
  | "lifetime_session_long"
  | "signin_attempt_short";

/** A setting that is allowed, and does harm all the same. */
export interface ConfigWarning {
  readonly code: WarningCode;
  /** The setting's path: `tokens.access`, `clients[0].tokens.access`. */
  readonly setting: string;
  /** What happens, with the values in force. */
  readonly message: string;
  /** What to do about it. */
  readonly action: string;
}

/** When a warning is given, and how it reads, for settings of one kind. */
export interface WarningRule<Settings> {
  readonly code: WarningCode;
  readonly setting: (settings: Settings) => string;
  readonly holds: (settings: Settings) => boolean;
  readonly message: (settings: Settings) => string;
  readonly action: (settings: Settings) => string;
}

export function applyRules<Settings>(rules: readonly WarningRule<Settings>[], settings: Settings): ConfigWarning[] {
  return rules
    .filter(({ holds }) => holds(settings))
    .map(({ code, setting, message, action }) => ({
      code,
      setting: setting(settings),
      message: message(settings),
      action: action(settings),
    }));
}
