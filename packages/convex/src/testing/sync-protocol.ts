/**
 * The part of Convex's sync protocol that its client speaks with a deployment over one WebSocket at
 * `/api/<version>/sync`: JSON messages, as in `convex/src/browser/sync/protocol.ts` (1.48).
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type ClientMessage =
  | {
      readonly type: "Connect";
      readonly sessionId: string;
      readonly connectionCount: number;
      readonly clientTs: number;
    }
  | { readonly type: "Authenticate"; readonly tokenType: "User"; readonly value: string; readonly baseVersion: number }
  | { readonly type: "Authenticate"; readonly tokenType: "None"; readonly baseVersion: number }
  | {
      readonly type: "ModifyQuerySet";
      readonly baseVersion: number;
      readonly newVersion: number;
      readonly modifications: readonly QuerySetChange[];
    }
  | {
      readonly type: "Mutation" | "Action";
      readonly requestId: number;
      readonly udfPath: string;
      readonly args: readonly Json[];
    }
  | { readonly type: "Event"; readonly eventType: string };

export type QuerySetChange =
  | { readonly type: "Add"; readonly queryId: number; readonly udfPath: string; readonly args: readonly Json[] }
  | { readonly type: "Remove"; readonly queryId: number };

/** What a connection has seen: the client takes a transition only if it starts where the last one ended. */
export interface StateVersion {
  readonly querySet: number;
  readonly identity: number;
  /** A logical time, written as `encodeTime` does. */
  readonly ts: string;
}

export type QueryChange =
  | {
      readonly type: "QueryUpdated";
      readonly queryId: number;
      readonly value: Json;
      readonly logLines: readonly string[];
      readonly journal: null;
    }
  | {
      readonly type: "QueryFailed";
      readonly queryId: number;
      readonly errorMessage: string;
      readonly logLines: readonly string[];
      readonly journal: null;
    }
  | { readonly type: "QueryRemoved"; readonly queryId: number };

export type ServerMessage =
  | {
      readonly type: "Transition";
      readonly startVersion: StateVersion;
      readonly endVersion: StateVersion;
      readonly modifications: readonly QueryChange[];
      /** Milliseconds by which the client's clock is ahead; once a connection. */
      readonly clientClockSkew?: number;
    }
  | {
      readonly type: "AuthError";
      readonly error: string;
      readonly baseVersion: number;
      /** True when it answers an `Authenticate`, false when the token ran out later. */
      readonly authUpdateAttempted: boolean;
    }
  | {
      readonly type: "MutationResponse" | "ActionResponse";
      readonly requestId: number;
      readonly success: boolean;
      readonly result: Json;
      readonly ts?: string;
      readonly logLines: readonly string[];
    }
  | { readonly type: "FatalError"; readonly error: string }
  | { readonly type: "Ping" };

/** A logical time on the wire: 64 bits, little-endian, in base64. */
export function encodeTime(time: number): string {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigUint64(0, BigInt(time), true);
  return btoa(String.fromCharCode(...new Uint8Array(bytes.buffer)));
}
