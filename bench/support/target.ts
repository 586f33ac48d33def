/** A server that refreshes tokens: how to ask it, and what its grants' tokens are. */
import { createHash } from "node:crypto";
import { benchClient, firstTokenOf } from "./lineage.ts";

export interface Target {
  readonly name: string;
  readonly kind: "holdfast" | "oidc-provider";
  readonly port: number;
  /** Live grants, numbered from 0. */
  readonly grants: number;
}

const paths = { holdfast: "/refresh", "oidc-provider": "/token" } as const;

/** The refresh token that a grant was seeded with. */
export function seededToken(kind: Target["kind"], index: number): string {
  return kind === "holdfast" ? firstTokenOf(index) : opaqueToken(index);
}

/** What oidc-provider's tokens look like: 43 characters that say nothing. */
function opaqueToken(index: number): string {
  return createHash("sha256").update(`token ${index}`).digest("hex").slice(0, 43);
}

/** The same in SQL, of the number in column `i`. */
export const opaqueTokenInSql = "left(encode(sha256(convert_to('token ' || i, 'UTF8')), 'hex'), 43)";

/** A refresh request as an honest client sends it, whole. Ours name the attempt, so that a retry can be told. */
export function refreshRequest({ kind, port }: Target, refreshToken: string, attempt: string): string {
  const body = `grant_type=refresh_token&client_id=${benchClient}&refresh_token=${refreshToken}`;
  const key = kind === "holdfast" ? `Idempotency-Key: ${attempt}\r\n` : "";
  return `POST ${paths[kind]} HTTP/1.1\r\nHost: localhost:${port}\r\nUser-Agent: bench/1\r\nAccept: application/json\r\n${key}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** The successor in an answer; null where there is none. */
export function successorIn(body: string): string | null {
  return /"refresh_token":"([^"]+)"/.exec(body)?.[1] ?? null;
}
