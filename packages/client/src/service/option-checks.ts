import { AuthError } from "../auth-error.ts";
import type { Milliseconds } from "../env.ts";
import type { ClientCredentials, ClientSecretMethod, Supplied } from "./client-authentication.ts";
import type { ServiceEnv } from "./service-env.ts";

/** What a service and a device have in common. */
export interface ClientOptions {
  readonly clientId: string;
  /** A function is asked anew for each request: for secrets that rotate, or are read from a file. */
  readonly clientSecret?: Supplied<[], string>;
  /**
   * Instead of a secret: makes the JWT that proves the client (RFC 7523; `private_key_jwt`), or reads the one that the
   * platform provides.
   */
  readonly clientAssertion?: ClientCredentials["clientAssertion"];
  /** How the secret is sent. Default: what the metadata offers, `client_secret_basic` first. */
  readonly authMethod?: ClientSecretMethod;
  /** Scopes, separated by spaces. Default: what the server gives. */
  readonly scope?: string;
  /** What the token is for (RFC 8707): one absolute URI or several. */
  readonly resource?: string | readonly string[];
  /** Milliseconds for one request to the server. Default: 10,000. */
  readonly requestTimeoutMs?: Milliseconds;
  /** Default: the runtime's clocks, timers and `fetch`. */
  readonly env?: ServiceEnv;
}

/** Finds every problem of what a caller handed in, and says so at once. */
export interface OptionChecks {
  check(isGood: boolean, problem: string): void;
  /** @throws AuthError `config_error`, naming each option and what it must be; never what it is, which may be a secret */
  assertNone(): void;
}

export function createOptionChecks(caller: string): OptionChecks {
  const problems: string[] = [];
  return {
    check(isGood, problem) {
      if (!isGood) problems.push(problem);
    },
    assertNone() {
      if (problems.length === 0) return;
      throw new AuthError("config_error", `${caller}: ${problems.join("; ")}.`, { kind: "developer" });
    },
  };
}

/** @param options as a caller without types may have written them */
export function checkClientOptions(
  checks: OptionChecks,
  options: { readonly [name in keyof ClientOptions]?: unknown },
): void {
  const { clientId, clientSecret, clientAssertion, authMethod, scope, resource, requestTimeoutMs = 1 } = options;
  checks.check(isText(clientId), "clientId must be a text");
  checks.check(isOptional(clientSecret, isSecret), "clientSecret must be a text, or a function that answers with one");
  checks.check(isOptional(clientAssertion, isFunction), "clientAssertion must be a function");
  checks.check(
    clientSecret === undefined || clientAssertion === undefined,
    "clientSecret and clientAssertion exclude each other",
  );
  const methods: unknown[] = [undefined, "client_secret_basic", "client_secret_post"];
  checks.check(methods.includes(authMethod), "authMethod must be client_secret_basic or client_secret_post");
  // The characters of RFC 6749, section 3.3.
  const isScope = (value: unknown) =>
    typeof value === "string" && /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(value);
  checks.check(isOptional(scope, isScope), "scope must be scopes separated by single spaces");
  const resources = Array.isArray(resource) ? resource : [resource];
  checks.check(
    resource === undefined || resources.every(isResource),
    "resource must be absolute URIs without fragment",
  );
  checks.check(isDuration(requestTimeoutMs), "requestTimeoutMs must be a number of milliseconds above 0");
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

export function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isOptional(value: unknown, isGood: (value: unknown) => boolean): boolean {
  return value === undefined || isGood(value);
}

export function isDuration(value: unknown): boolean {
  return typeof value === "number" && value > 0 && !Number.isNaN(value);
}

function isSecret(value: unknown): boolean {
  return isText(value) || isFunction(value);
}

function isResource(value: unknown): boolean {
  return typeof value === "string" && URL.canParse(value) && !value.includes("#");
}
