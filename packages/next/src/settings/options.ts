import type { Clock } from "@holdfast/verify";
import type { HoldfastEvent } from "./events.ts";

/**
 * How the app's server talks to Holdfast. What is left out is read from the environment, at the first request: a build
 * needs none of it.
 */
export interface HoldfastOptions {
  /** Holdfast's address, exactly as in its tokens' `iss`. Environment: `HOLDFAST_ISSUER`. */
  readonly issuer?: string;
  /** The app's client, one with `refreshToken: "body"`. Environment: `HOLDFAST_CLIENT_ID`. */
  readonly clientId?: string;
  /** Of a confidential client. Environment: `HOLDFAST_CLIENT_SECRET`. Default: none, a public client. */
  readonly clientSecret?: string;
  /** Whom the access tokens are for: `aud`, any one of a list. Environment: `HOLDFAST_AUDIENCE`, separated by spaces. */
  readonly audience?: string | readonly string[];
  /** The app's own origin, as browsers see it: `https://app.example.com`. Environment: `HOLDFAST_APP_URL`. */
  readonly appUrl?: string;
  /**
   * What the cookies are encrypted with, 32 bytes or more. Of several the first encrypts and all decrypt: put a new one
   * in front, and drop the old one when no cookie is left that needs it. Environment: `HOLDFAST_COOKIE_SECRET`, and
   * `HOLDFAST_COOKIE_SECRET_PREVIOUS` behind it.
   */
  readonly cookieSecret?: string | readonly string[];
  /** Where the handlers are mounted. Default: `/auth`. */
  readonly authPath?: string;
  /** Where a person goes who asked for no page in particular. Default: `/`. */
  readonly afterSignIn?: string;
  /** Where a person goes after signing out: a page that needs nobody signed in. Default: `/`. */
  readonly afterSignOut?: string;
  /**
   * The app's page for a sign-in that failed: it is given `?error=<code>&request_id=<id>`. Default: a plain page of this
   * package.
   */
  readonly signInFailed?: string;
  /**
   * How a revocation gets here. `feed` (default): the process follows Holdfast's feed, and refuses a revoked session
   * within a second. `expiry`: at the next refresh, for runtimes that keep no connection.
   */
  readonly revocation?: "feed" | "expiry";
  /**
   * Who this app is to a feed that is not public: one of Holdfast's `services`. Environment: `HOLDFAST_SERVICE_ID`,
   * `HOLDFAST_SERVICE_SECRET`. Default: nobody.
   */
  readonly service?: { readonly id: string; readonly secret: string };
  /** Told of what nobody asked for. Default: mistakes in the configuration go to `console.error`, the rest nowhere. */
  readonly onEvent?: (event: HoldfastEvent) => void;
  /** Default: the runtime's. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}
