import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { StorageMode } from "@holdfast/client";
import { createGoTrueServer } from "./servers/gotrue.ts";
import { createOpenIdServer } from "./servers/openid.ts";
import { endOnReuse, overlapOf } from "./servers/rules.ts";
import type { VendorServer } from "./servers/vendor-server.ts";
import { createWorkosServer, hasSessionCookie } from "./servers/workos.ts";

/** A library in an app of its own, against a server as its vendor documents it. */
export interface Contestant {
  /** As it is named on the command line. */
  readonly id: string;
  /** As it is named in the table. */
  readonly name: string;
  /** The package whose version is told; null: from this repository. */
  readonly packageName: string | null;
  /** The file in `apps`, and what it exports. */
  readonly app: string;
  readonly start: string;
  readonly issuer: string;
  /** Null: Holdfast's reference server. */
  readonly createServer: (() => VendorServer) | null;
  /** Where the reference server puts refresh tokens. */
  readonly storage: StorageMode;
  /** The path to which requests for new tokens go. */
  readonly renewPath: string;
  /** Cookies of the server that it sets for the whole site, and scripts may read. */
  readonly siteCookies: readonly string[];
}

const issuer = "https://login.example.com";
const ofHoldfast = { packageName: null, issuer, createServer: null, renewPath: "/refresh", siteCookies: [] };
const ofOthers = { start: "start", storage: "local", siteCookies: [] } as const;

const oidcPaths = { issuer, token: "/token", logout: "/logout", logoutBack: "post_logout_redirect_uri" };
/** Auth0's issuer ends with a slash. */
const auth0Paths = { issuer: `${issuer}/`, token: "/oauth/token", logout: "/v2/logout", logoutBack: "returnTo" };

export const oidcClientTs: Contestant = {
  ...ofOthers,
  id: "oidc-client-ts",
  name: "oidc-client-ts",
  packageName: "oidc-client-ts",
  app: "oidc-client-ts.ts",
  issuer,
  createServer: () => createOpenIdServer(endOnReuse, oidcPaths),
  renewPath: "/token",
};

export const auth0SpaJs: Contestant = {
  ...ofOthers,
  id: "auth0-spa-js",
  name: "auth0-spa-js",
  packageName: "@auth0/auth0-spa-js",
  app: "auth0-spa-js.ts",
  issuer,
  createServer: () => createOpenIdServer(endOnReuse, auth0Paths),
  renewPath: "/oauth/token",
};

/** In the order of the table's columns. */
export const contestants: readonly Contestant[] = [
  {
    ...ofHoldfast,
    id: "holdfast",
    name: "Holdfast",
    app: "holdfast.ts",
    start: "start",
    storage: "cookie",
  },
  {
    ...ofHoldfast,
    id: "holdfast-local",
    name: "Holdfast, `local`",
    app: "holdfast.ts",
    start: "startLocal",
    storage: "local",
  },
  { ...ofHoldfast, ...ofOthers, id: "naive", name: "naive", app: "naive.ts" },
  oidcClientTs,
  auth0SpaJs,
  {
    ...ofOthers,
    id: "supabase-auth-js",
    name: "supabase auth-js",
    packageName: "@supabase/auth-js",
    app: "supabase-auth-js.ts",
    issuer,
    createServer: createGoTrueServer,
    renewPath: "/auth/v1/token",
  },
  {
    ...ofOthers,
    id: "authkit-js",
    name: "authkit-js",
    packageName: "@workos-inc/authkit-js",
    app: "authkit-js.ts",
    issuer,
    createServer: createWorkosServer,
    renewPath: "/user_management/authenticate",
    siteCookies: [hasSessionCookie],
  },
];

/** The same two libraries where the server is set to let the previous token pass for 30 s. */
export const withOverlap: readonly Contestant[] = [
  {
    ...oidcClientTs,
    id: "oidc-client-ts-overlap",
    createServer: () => createOpenIdServer(overlapOf(30_000), oidcPaths),
  },
  {
    ...auth0SpaJs,
    id: "auth0-spa-js-overlap",
    createServer: () => createOpenIdServer(overlapOf(30_000), auth0Paths),
  },
];

/** The version that is installed and runs; null for what is from this repository. */
export function versionOf({ packageName }: Contestant): string | null {
  if (packageName === null) return null;
  const manifest = fileURLToPath(new URL(`../../node_modules/${packageName}/package.json`, import.meta.url));
  return JSON.parse(readFileSync(manifest, "utf8")).version;
}
