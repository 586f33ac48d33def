import * as oidc from "openid-client";
import type { ProviderConfig } from "../config/index.ts";
import { createBoundedFetch } from "../http/bounded-fetch.ts";
import { toUpstreamError } from "./upstream-error.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  readonly status: "ok" | "warning" | "failure";
  readonly detail: string;
}

/** Looks at a provider from outside: discovery, keys, clock, and what it supports of what we use. */
export async function inspectProvider(config: ProviderConfig): Promise<Finding[]> {
  let differenceMs: number | null = null;
  const fetch = createBoundedFetch({
    timeoutMs: config.timeout * 1000,
    onDate(theirs, sent, received) {
      differenceMs = theirs + 500 - (sent + received) / 2;
    },
  });
  let metadata: oidc.ServerMetadata;
  try {
    const found = await oidc.discovery(new URL(config.issuer), config.clientId, undefined, oidc.None(), {
      timeout: config.timeout,
      [oidc.customFetch]: fetch,
      execute: config.issuer.startsWith("http:") ? [oidc.allowInsecureRequests] : [],
    });
    metadata = found.serverMetadata();
  } catch (error) {
    const { code, detail } = toUpstreamError(error);
    return [{ check: "discovery", status: "failure", detail: `${detail} (${code})` }];
  }
  return [
    { check: "discovery", status: "ok", detail: `the issuer is ${metadata.issuer}` },
    await inspectKeys(metadata.jwks_uri, fetch),
    inspectClock(differenceMs, config.clockTolerance),
    ...inspectFeatures(metadata, config),
  ];
}

async function inspectKeys(
  address: string | undefined,
  fetch: ReturnType<typeof createBoundedFetch>,
): Promise<Finding> {
  const check = "keys";
  if (address === undefined) return { check, status: "failure", detail: "the discovery document has no jwks_uri" };
  try {
    const response = await fetch(address, { headers: { accept: "application/json" } });
    const body = (await response.json()) as { keys?: { use?: string; alg?: string; kty?: string }[] };
    const signing = (body.keys ?? []).filter(({ use }) => use === undefined || use === "sig");
    if (signing.length === 0) return { check, status: "failure", detail: `${address} holds no signing key` };
    const kinds = [...new Set(signing.map(({ alg, kty }) => alg ?? kty ?? "?"))].join(", ");
    return { check, status: "ok", detail: `${signing.length} for signing (${kinds})` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { check, status: "failure", detail: `${address} cannot be read: ${reason}` };
  }
}

function inspectClock(differenceMs: number | null, toleranceSeconds: number): Finding {
  const check = "clock";
  if (differenceMs === null) return { check, status: "warning", detail: "the provider's answers carry no Date" };
  const seconds = Math.round(differenceMs / 1000);
  const detail =
    Math.abs(seconds) < 2
      ? "within 2 s of ours"
      : `${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} ours; ${toleranceSeconds} s are tolerated`;
  const status = Math.abs(seconds) > toleranceSeconds ? "failure" : Math.abs(seconds) > 60 ? "warning" : "ok";
  return { check, status, detail };
}

function inspectFeatures(metadata: oidc.ServerMetadata, { scope }: ProviderConfig): Finding[] {
  const isOffered = (list: readonly string[] | undefined, value: string) => list?.includes(value) ?? false;
  const missing = scope
    .split(" ")
    .filter((each) => metadata.scopes_supported !== undefined && !metadata.scopes_supported.includes(each));
  return [
    isOffered(metadata.code_challenge_methods_supported, "S256")
      ? { check: "PKCE", status: "ok", detail: "S256" }
      : { check: "PKCE", status: "warning", detail: "S256 is not announced; Holdfast sends it anyway" },
    metadata.authorization_response_iss_parameter_supported
      ? { check: "issuer in responses", status: "ok", detail: "sent (RFC 9207)" }
      : {
          check: "issuer in responses",
          status: "warning",
          detail: "not announced; mix-ups are told by state and ID token only",
        },
    missing.length === 0
      ? { check: "scope", status: "ok", detail: scope }
      : { check: "scope", status: "warning", detail: `not announced: ${missing.join(" ")}` },
    metadata.userinfo_endpoint
      ? { check: "user info", status: "ok", detail: "offered" }
      : { check: "user info", status: "warning", detail: "none: name and e-mail must be in the ID token" },
  ];
}
