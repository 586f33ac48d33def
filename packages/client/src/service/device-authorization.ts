import { AuthError } from "../auth-error.ts";
import { purposeParameters } from "./client-parameters.ts";
import type { SigningInRecord } from "./device-record.ts";
import type { HttpAnswer } from "./http-exchange.ts";
import { isGrant, malformed, readTokenAnswer } from "./oauth-answer.ts";
import type { ServiceEnv } from "./service-env.ts";
import type { AskAsClient } from "./token-endpoint.ts";

export interface DeviceAuthorizationDeps {
  readonly ask: AskAsClient;
  readonly purpose: Parameters<typeof purposeParameters>[0];
  readonly env: Pick<ServiceEnv, "randomId">;
}

const defaultIntervalSeconds = 5;

/**
 * Asks for a device code and its user code (RFC 8628, section 3.1).
 *
 * @throws AuthError `config_error`, `invalid_client`, and transient ones
 */
export async function requestDeviceCode(deps: DeviceAuthorizationDeps, signal: AbortSignal): Promise<SigningInRecord> {
  const parameters = purposeParameters(deps.purpose);
  const asked = await deps.ask("deviceAuthorizationEndpoint", { parameters, signal });
  if (asked === null) {
    const message = "The server does not offer the device flow: it names no device_authorization_endpoint.";
    throw new AuthError("config_error", message, { kind: "developer" });
  }
  if (asked.answer.status !== 200) throw refusalOf(asked.answer, asked.secrets);
  return readDeviceCode(asked.answer, deps.env.randomId());
}

function refusalOf(answer: HttpAnswer, secrets: readonly string[]): AuthError {
  const read = readTokenAnswer(answer, secrets);
  return isGrant(read) ? malformed(answer.status) : read.trouble;
}

/** RFC 8628, section 3.2. */
function readDeviceCode({ json, sentAt }: HttpAnswer, attemptKey: string): SigningInRecord {
  const { device_code, user_code, verification_uri, verification_uri_complete, expires_in, interval } = json ?? {};
  const isWhole =
    isPrintable(device_code) &&
    isPrintable(user_code) &&
    isWebAddress(verification_uri) &&
    typeof expires_in === "number" &&
    expires_in > 0;
  if (!isWhole) throw malformed(200);
  const intervalSeconds = typeof interval === "number" && interval > 0 ? interval : defaultIntervalSeconds;
  return {
    kind: "signing_in",
    deviceCode: device_code,
    userCode: user_code,
    verificationUri: verification_uri,
    verificationUriComplete: isWebAddress(verification_uri_complete) ? verification_uri_complete : null,
    startedAt: sentAt.wall,
    lifetimeMs: expires_in * 1_000,
    intervalMs: intervalSeconds * 1_000,
    attemptKey,
  };
}

/** It is shown on terminals: nothing in it may steer one. */
function isPrintable(value: unknown): value is string {
  return typeof value === "string" && value !== "" && /^\P{C}+$/u.test(value);
}

function isWebAddress(value: unknown): value is string {
  return isPrintable(value) && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
