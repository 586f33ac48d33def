import { randomBytes } from "node:crypto";
import type { Account, Configuration, interactionPolicy, JWKS } from "oidc-provider";
import { grantAutomatically } from "./automatic-grant.ts";
import { createMemoryAdapter } from "./memory-adapter.ts";
import type { PracticePages } from "./pages/practice-pages.ts";
import { type PracticePerson, standardClaims } from "./people.ts";

/** An application that may send people here. */
export interface PracticeClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Compared exactly (RFC 9700, section 4.1.3). */
  readonly redirectUris: readonly string[];
  /** Where a sign-out may return to. Default: nowhere. */
  readonly postLogoutRedirectUris?: readonly string[];
  /** Shown on the sign-in page. Default: the client id. */
  readonly name?: string;
  /** Default: ES256. */
  readonly idTokenSigningAlgorithm?: "ES256" | "RS256";
}

interface ConfigurationParts {
  readonly issuer: URL;
  readonly clients: readonly PracticeClient[];
  readonly people: readonly PracticePerson[];
  readonly jwks: JWKS;
  readonly policy: typeof interactionPolicy;
  readonly pages: PracticePages;
}

/** Where the sign-in page of one interaction lives. The provider's cookie for it is bound to this path. */
export const signInPath = "/sign-in/";

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * oidc-provider's settings. Everything it would otherwise warn about at start (keys, cookie keys, storage, pages,
 * lifetimes) is given here, so it has nothing to say.
 */
export function practiceConfiguration(parts: ConfigurationParts): Configuration {
  const { pages } = parts;
  return {
    adapter: createMemoryAdapter(),
    clients: parts.clients.map(clientMetadata),
    jwks: parts.jwks,
    cookies: practiceCookies(parts.issuer),
    claims: {
      openid: ["sub"],
      profile: ["name", "given_name", "family_name"],
      email: ["email", "email_verified"],
    },
    // Claims in the ID token as well as from userinfo, as Google does, rather than from userinfo only.
    conformIdTokenClaims: false,
    responseTypes: ["code"],
    findAccount: (_ctx, sub) => accountOf(parts.people.find((person) => person.sub === sub)),
    loadExistingGrant: grantAutomatically,
    rotateRefreshToken: true,
    interactions: {
      policy: promptPolicy(parts.policy),
      url: (_ctx, interaction) => `${signInPath}${interaction.uid}`,
    },
    renderError: (ctx, { error, error_description }) => pages.error(ctx, error, error_description),
    clientBasedCORS: () => false,
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => pages.confirmSignOut(ctx, form),
        // A client is named only where the person chose to stay signed in here.
        postLogoutSuccessSource: (ctx) => (ctx.oidc.client ? pages.stillSignedIn(ctx) : pages.signedOut(ctx)),
      },
    },
    ttl: {
      AuthorizationCode: minute,
      AccessToken: hour,
      IdToken: hour,
      Interaction: hour,
      RefreshToken: 14 * day,
      Grant: 14 * day,
      Session: 14 * day,
    },
  };
}

function clientMetadata(client: PracticeClient) {
  return {
    client_id: client.clientId,
    client_secret: client.clientSecret,
    client_name: client.name ?? client.clientId,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris ?? [],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code" as const],
    id_token_signed_response_alg: client.idTokenSigningAlgorithm ?? ("ES256" as const),
  };
}

/** Cookies do not know ports, so every server on localhost shares them: ours carry the port in their names. */
function practiceCookies({ port }: URL): NonNullable<Configuration["cookies"]> {
  return {
    keys: [randomBytes(32).toString("base64url")],
    names: {
      session: `practice_${port}_session`,
      interaction: `practice_${port}_interaction`,
      resume: `practice_${port}_resume`,
    },
  };
}

/** The usual prompts, and `select_account` (OpenID Connect Core, section 3.1.2.1) before them. */
function promptPolicy({ base, Prompt }: typeof interactionPolicy): interactionPolicy.DefaultPolicy {
  const policy = base();
  policy.add(new Prompt({ name: "select_account", requestable: true }), 0);
  return policy;
}

function accountOf(person: PracticePerson | undefined): Account | undefined {
  return person && { accountId: person.sub, claims: () => standardClaims(person) };
}
