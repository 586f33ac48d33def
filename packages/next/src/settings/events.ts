/** What happens beside the requests, for logs and metrics. None of it holds a token. */
export type HoldfastEvent =
  /** Holdfast could not be asked, or not be understood. Sessions are kept; it is asked again after `retryInMs`. */
  | {
      readonly type: "trouble";
      readonly during: "refresh" | "redeem" | "revoke";
      readonly code: string;
      readonly retryInMs: number;
      readonly cause: unknown;
    }
  /** A session was refused for good. */
  | { readonly type: "session_ended"; readonly sid: string; readonly reason: string }
  /** A cookie of ours could not be decrypted: it is kept, and counts as none. Many at once: a secret is missing here. */
  | { readonly type: "cookie_unreadable"; readonly cookies: number }
  /** Holdfast refuses this app, or its tokens are not for it: somebody has to look. Sessions are kept. */
  | { readonly type: "config_error"; readonly code: string; readonly detail: string };

export type Emit = (event: HoldfastEvent) => void;

/** Mistakes in the configuration must be seen by somebody; nothing else is worth a line nobody asked for. */
export const emitByDefault: Emit = (event) => {
  // biome-ignore lint/suspicious/noConsole: where the app has given no place for it, this is the server's log.
  if (event.type === "config_error") console.error(`@holdfast/next: ${event.code}: ${event.detail}`);
};
