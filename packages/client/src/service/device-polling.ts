import { AuthError } from "../auth-error.ts";
import type { Clock, Moment } from "../clock.ts";
import type { Milliseconds } from "../env.ts";
import type { SigningInRecord } from "./device-record.ts";
import { isGrant, type Refusal, readTokenAnswer, type TokenGrant } from "./oauth-answer.ts";
import { createServiceBackoff } from "./service-backoff.ts";
import type { ServiceEnv } from "./service-env.ts";
import type { AskAsClient } from "./token-endpoint.ts";
import { pause } from "./waiting.ts";

export interface DevicePollingDeps {
  readonly env: ServiceEnv;
  readonly clock: Clock;
  readonly ask: AskAsClient;
  readonly onTrouble: (trouble: AuthError) => void;
}

/** What a sign-in ended in, and when that was asked for. */
export interface PolledGrant {
  readonly grant: TokenGrant;
  readonly sentAt: Moment;
}

const deviceCodeGrant = "urn:ietf:params:oauth:grant-type:device_code";
/** How much slower to ask after each `slow_down` (RFC 8628, section 3.5). */
const slowDownMs = 5_000;

/**
 * Asks for the tokens until the person has decided (RFC 8628, sections 3.4 and 3.5). Trouble on the way makes it slower,
 * and never ends it before the code has run out; then it asks once more, for the clock may be wrong.
 *
 * @param startedAt when the code was asked for, by the clocks of this process
 * @throws AuthError `access_denied`, `expired_token`, and what the server refuses for
 */
export async function pollForGrant(
  deps: DevicePollingDeps,
  signIn: SigningInRecord,
  { startedAt, signal }: { readonly startedAt: Moment; readonly signal: AbortSignal },
): Promise<PolledGrant> {
  let { intervalMs } = signIn;
  let waitMs: Milliseconds = intervalMs;
  const backoff = createServiceBackoff(deps.env);
  for (;;) {
    await pause(waitMs, deps.env, signal);
    const isLast = deps.clock.elapsed(startedAt) >= signIn.lifetimeMs;
    try {
      const polled = await pollOnce(deps, signIn, signal);
      if ("grant" in polled) return polled;
      backoff.reset();
      if (polled.error === "slow_down") intervalMs += slowDownMs;
      waitMs = intervalMs;
    } catch (error) {
      if (!(error instanceof AuthError) || error.kind !== "transient" || signal.aborted) throw error;
      deps.onTrouble(error);
      waitMs = Math.max(intervalMs, backoff.next(error));
    }
    if (isLast) throw expired();
  }
}

/** @throws AuthError for every refusal but the two that ask for patience */
async function pollOnce(
  { ask }: DevicePollingDeps,
  { deviceCode, attemptKey }: SigningInRecord,
  signal: AbortSignal,
): Promise<PolledGrant | Refusal> {
  const parameters = [["grant_type", deviceCodeGrant] as const, ["device_code", deviceCode] as const];
  const asked = await ask("tokenEndpoint", { parameters, headers: { "Idempotency-Key": attemptKey }, signal });
  const read = readTokenAnswer(asked.answer, [...asked.secrets, deviceCode]);
  if (isGrant(read)) return { grant: read, sentAt: asked.answer.sentAt };
  if (read.error === "authorization_pending" || read.error === "slow_down") return read;
  throw read.error === "expired_token" ? expired(read.trouble) : read.trouble;
}

function expired(cause?: AuthError): AuthError {
  return new AuthError("expired_token", "The code ran out before anybody confirmed it.", {
    kind: "interaction",
    cause,
  });
}
