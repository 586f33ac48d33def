import type { AuthError } from "../auth-error.ts";
import type { Clock, Moment } from "../clock.ts";
import { requestDeviceCode } from "./device-authorization.ts";
import type { DeviceBook } from "./device-book.ts";
import { type PolledGrant, pollForGrant } from "./device-polling.ts";
import type { DeviceRecord, SigningInRecord } from "./device-record.ts";
import { codeOf, type DeviceCode } from "./device-state.ts";
import type { ClientOptions } from "./option-checks.ts";
import { retrying } from "./retrying.ts";
import type { ServiceEnv } from "./service-env.ts";
import type { AskAsClient } from "./token-endpoint.ts";
import { waitFor } from "./waiting.ts";

export interface StartOptions {
  /** Milliseconds to wait for the network at most. Default: for ever. */
  readonly maxWaitMs?: number;
  readonly signal?: AbortSignal;
}

/** A sign-in that waits for its person. It goes on whether or not anybody waits for `completed`. */
export interface DeviceSignIn {
  readonly code: DeviceCode;
  /**
   * Resolves when the person has confirmed and the session has begun.
   *
   * @throws AuthError `access_denied`, `expired_token`, `config_error`; `request_aborted` by `signal` and `cancel`
   */
  completed(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Gives up. The code on the server runs out by itself. */
  cancel(): Promise<void>;
}

export interface DeviceSignInDeps {
  readonly env: ServiceEnv;
  readonly clock: Clock;
  readonly ask: AskAsClient;
  readonly book: DeviceBook;
  /** What the tokens are for. */
  readonly purpose: Pick<ClientOptions, "scope" | "resource">;
  /** Aborted when the session is disposed of. */
  readonly signal: AbortSignal;
  readonly onTrouble: (trouble: AuthError) => void;
  readonly onGrant: (polled: PolledGrant) => Promise<void>;
  readonly show: (record: DeviceRecord | null) => void;
}

/** The one sign-in that may be under way. */
export interface DeviceSignIns {
  start(options: StartOptions): Promise<DeviceSignIn>;
  /** Goes on with one that an earlier process began. */
  resume(record: SigningInRecord): DeviceSignIn;
  /** Stops asking, without forgetting the code. */
  stop(): void;
}

export function createDeviceSignIns(deps: DeviceSignInDeps): DeviceSignIns {
  const { env, clock, book, show } = deps;
  let polling = new AbortController();

  function follow(record: SigningInRecord, startedAt: Moment): DeviceSignIn {
    polling.abort();
    const own = new AbortController();
    polling = own;
    const signal = AbortSignal.any([deps.signal, own.signal]);
    const done = finish(record, { startedAt, signal });
    // Whoever wants to know asks `completed`; the state tells it as well.
    done.catch(() => undefined);
    return {
      code: codeOf(record),
      completed: (options) =>
        waitFor(done, env, { atMostMs: Number.POSITIVE_INFINITY, late: never, signal: options?.signal }),
      async cancel() {
        own.abort();
        await forget(record);
      },
    };
  }

  async function finish(record: SigningInRecord, way: { startedAt: Moment; signal: AbortSignal }): Promise<void> {
    try {
      await deps.onGrant(await pollForGrant(deps, record, way));
    } catch (error) {
      // One that was only interrupted goes on with the next process.
      if (!way.signal.aborted) await forget(record);
      throw error;
    }
  }

  async function forget({ deviceCode }: SigningInRecord): Promise<void> {
    const isIt = (now: DeviceRecord | null) => now?.kind === "signing_in" && now.deviceCode === deviceCode;
    show(await book.change("held", (now) => (isIt(now) ? { kind: "nobody" } : now)));
  }

  return {
    async start({ maxWaitMs = Number.POSITIVE_INFINITY, signal }) {
      const both = signal ? AbortSignal.any([signal, deps.signal]) : deps.signal;
      const record = await retrying(() => requestDeviceCode(deps, both), {
        ...deps,
        signal: both,
        atMostMs: maxWaitMs,
      });
      const startedAt = clock.now();
      await book.change("held", () => record);
      show(record);
      return follow(record, startedAt);
    },
    // By the wall clock, the only one that outlives a process.
    resume: (record) => follow(record, { wall: record.startedAt, monotonic: clock.now().monotonic }),
    stop: () => polling.abort(),
  };
}

function never(): never {
  throw new Error("there is no limit to this wait");
}
