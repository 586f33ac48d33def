import * as oidc from "openid-client";
import { type Clock, toNumericDate } from "../clock/clock.ts";
import type { ProviderConfig } from "../config/index.ts";
import { AppError } from "../http/app-error.ts";
import { createBoundedFetch } from "../http/bounded-fetch.ts";
import type { UpstreamProfile } from "../users/index.ts";
import { createDocumentCache } from "./document-cache.ts";
import { createKeySetFetch } from "./key-set-fetch.ts";
import { toProfile } from "./profile.ts";
import { toUpstreamError } from "./upstream-error.ts";

/** What ties a return to the departure it belongs to. */
export interface SigninProof {
  readonly state: string;
  readonly nonce: string;
  /** The PKCE code verifier (RFC 7636, section 4.1). */
  readonly codeVerifier: string;
}

/** An upstream provider that people sign in with. */
export interface Provider {
  readonly id: string;
  readonly name: string;
  /**
   * The address to send a person to.
   *
   * @throws AppError `provider_unavailable`, `provider_response_invalid`, `provider_issuer_mismatch`
   */
  authorizationUrl(proof: SigninProof, options: { readonly prompt: string | null }): Promise<URL>;
  /**
   * Turns a person's return into who they are: response, code, ID token and user info, every check of OpenID Connect
   * Core, section 3.1.3.7 included.
   *
   * @throws AppError with a `provider_…` code
   */
  completeSignIn(returned: URL, proof: SigninProof): Promise<UpstreamProfile>;
  /** How far the provider's clock is from ours, in ms, as its last answer's `Date` said; null before the first. */
  clockDifferenceMs(): number | null;
}

interface OpenIdProviderDeps {
  readonly config: ProviderConfig;
  readonly redirectUri: string;
  readonly clock: Clock;
}

const metadataFreshMs = 60 * 60_000;

export function createOpenIdProvider({ config, redirectUri, clock }: OpenIdProviderDeps): Provider {
  let clockDifferenceMs: number | null = null;
  const boundedFetch = createBoundedFetch({
    timeoutMs: config.timeout * 1000,
    onDate(theirs, sent, received) {
      // `Date` counts whole seconds: on average half of one has passed since. Our clock may itself be corrected.
      const correction = clock.now() - Date.now();
      clockDifferenceMs = Math.round(theirs + 500 - (sent + received) / 2 - correction);
    },
  });
  const keySetFetch = createKeySetFetch({ clock, fetch: boundedFetch });
  const isInsecure = config.issuer.startsWith("http:");
  const metadata = createDocumentCache({ clock, freshMs: metadataFreshMs, load: discover });

  async function discover(): Promise<oidc.ServerMetadata> {
    const found = await oidc.discovery(new URL(config.issuer), config.clientId, undefined, oidc.None(), {
      timeout: config.timeout,
      [oidc.customFetch]: boundedFetch,
      execute: isInsecure ? [oidc.allowInsecureRequests] : [],
    });
    return found.serverMetadata();
  }

  async function configuration(): Promise<oidc.Configuration> {
    const settings = {
      [oidc.clockSkew]: Math.round((clock.now() - Date.now()) / 1000),
      [oidc.clockTolerance]: config.clockTolerance,
    };
    const server = await metadata.get();
    const authentication = authenticateWith(config.clientSecret, server.token_endpoint_auth_methods_supported);
    const made = new oidc.Configuration(server, config.clientId, settings, authentication);
    made.timeout = config.timeout;
    const keySetAddress = URL.parse(server.jwks_uri ?? "")?.href;
    made[oidc.customFetch] = (url, init) => (url === keySetAddress ? keySetFetch : boundedFetch)(url, init);
    if (isInsecure) oidc.allowInsecureRequests(made);
    // The library would trust TLS for where an ID token comes from (OpenID Connect Core, section 3.1.3.7, item 6).
    oidc.enableNonRepudiationChecks(made);
    return made;
  }

  async function exchange(returned: URL, proof: SigninProof): Promise<UpstreamProfile> {
    const client = await configuration();
    const tokens = await oidc.authorizationCodeGrant(client, returned, {
      expectedState: proof.state,
      expectedNonce: proof.nonce,
      pkceCodeVerifier: proof.codeVerifier,
      idTokenExpected: true,
    });
    const idToken = tokens.claims();
    if (!idToken) throw new AppError("provider_response_invalid");
    assertIssuedNow(idToken.iat);
    assertSubject(idToken.sub);
    const hasUserInfo = client.serverMetadata().userinfo_endpoint !== undefined;
    const userInfo = hasUserInfo ? await oidc.fetchUserInfo(client, tokens.access_token, idToken.sub) : {};
    return toProfile(config.id, idToken, userInfo);
  }

  /** The library lets a token from the future pass as long as it has not expired. */
  function assertIssuedNow(issuedAt: number): void {
    const ahead = issuedAt - toNumericDate(clock.now());
    if (ahead > config.clockTolerance) throw clockSkewError(ahead);
  }

  function clockSkewError(seconds: number, cause?: unknown): AppError {
    const direction = seconds > 0 ? "ahead of" : "behind";
    return new AppError(
      "provider_clock_skew",
      `The clock of ${config.name ?? config.id} is ${formatDistance(Math.abs(seconds))} ${direction} ours; ${formatDistance(config.clockTolerance)} are tolerated.`,
      { cause },
    );
  }

  function named(error: unknown): AppError {
    const upstream = toUpstreamError(error);
    const isSkew = upstream.code === "provider_clock_skew" && upstream.cause !== undefined;
    if (!isSkew || clockDifferenceMs === null) return upstream;
    if (Math.abs(clockDifferenceMs) / 1000 > config.clockTolerance) {
      return clockSkewError(clockDifferenceMs / 1000, upstream.cause);
    }
    return new AppError(
      "provider_clock_skew",
      `The times in the ID token of ${config.name ?? config.id} are off by more than the ${formatDistance(config.clockTolerance)} that are tolerated, though its clock agrees with ours.`,
      { cause: upstream.cause },
    );
  }

  return {
    id: config.id,
    name: config.name ?? config.id,
    clockDifferenceMs: () => clockDifferenceMs,
    async authorizationUrl({ state, nonce, codeVerifier }, { prompt }) {
      try {
        return oidc.buildAuthorizationUrl(await configuration(), {
          redirect_uri: redirectUri,
          scope: config.scope,
          state,
          nonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: "S256",
          ...(prompt === null ? {} : { prompt }),
        });
      } catch (error) {
        throw named(error);
      }
    },
    async completeSignIn(returned, proof) {
      try {
        return await exchange(returned, proof);
      } catch (error) {
        throw named(error);
      }
    },
  };
}

/** By the Authorization header, which every provider must take (RFC 6749, section 2.3.1), unless it says it does not. */
function authenticateWith(secret: string | undefined, methods: readonly string[] | undefined): oidc.ClientAuth {
  if (secret === undefined) return oidc.None();
  const takesHeader = methods?.includes("client_secret_basic") ?? true;
  return takesHeader ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret);
}

/** At most 255 ASCII characters (OpenID Connect Core, section 2); it becomes part of a key. */
function assertSubject(subject: string): void {
  if (!/^[\x20-\x7e]{1,255}$/.test(subject)) throw new AppError("provider_token_invalid");
}

function formatDistance(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} seconds`;
  const minutes = Math.round(whole / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
