import type { Milliseconds } from "../env.ts";
import type { EndReason } from "../state.ts";
import type { SigningInRecord } from "./device-record.ts";

/** What to show the person who signs a device in. */
export interface DeviceCode {
  /** To type in: `WDJB-MJHT`. */
  readonly userCode: string;
  /** Where to type it in. */
  readonly verificationUri: string;
  /** The same with the code in it, for a QR code; null where the server gives none. */
  readonly verificationUriComplete: string | null;
  /** When the code runs out: milliseconds since the epoch, by the device's clock. */
  readonly expiresAt: Milliseconds;
}

/**
 * What the device knows. `degraded` and `stale` are signed in: refreshing failed last time, and the access token is still
 * usable, or is not.
 */
export type DeviceState =
  | { readonly status: "initializing" | "anonymous" | "disposed"; readonly isAuthenticated: false }
  | { readonly status: "signing_in"; readonly isAuthenticated: false; readonly code: DeviceCode }
  | { readonly status: "active" | "degraded" | "stale"; readonly isAuthenticated: true; readonly sid: string | null }
  | {
      readonly status: "ended";
      readonly isAuthenticated: false;
      readonly sid: string | null;
      readonly reason: EndReason;
    };

export function codeOf(record: SigningInRecord): DeviceCode {
  const { userCode, verificationUri, verificationUriComplete, startedAt, lifetimeMs } = record;
  return { userCode, verificationUri, verificationUriComplete, expiresAt: startedAt + lifetimeMs };
}
