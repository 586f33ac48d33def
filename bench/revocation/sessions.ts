/** Sessions to be ended, and the requests that ask for it and about it. */
import { benchClient, firstTokenOf } from "../support/lineage.ts";
import { authorization } from "./nodes.ts";

export interface BenchSession {
  readonly sid: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** The session of the seeded grant with this number, by its first refresh. */
export async function openSession(issuer: string, index: number): Promise<BenchSession> {
  const response = await refresh(issuer, firstTokenOf(index));
  if (!response.ok) throw new Error(`The refresh of grant ${index} was answered ${await response.text()}`);
  const answer = (await response.json()) as { sid: string; access_token: string; refresh_token: string };
  return { sid: answer.sid, accessToken: answer.access_token, refreshToken: answer.refresh_token };
}

export function refresh(origin: string, refreshToken: string): Promise<Response> {
  const body = new URLSearchParams({ client_id: benchClient, refresh_token: refreshToken });
  return fetch(`${origin}/refresh`, { method: "POST", body });
}

/** @returns whether the token is good */
export async function introspect(origin: string, token: string): Promise<boolean> {
  const body = new URLSearchParams({ token });
  const response = await fetch(`${origin}/introspect`, { method: "POST", headers: { authorization }, body });
  return ((await response.json()) as { active: boolean }).active;
}

/** Ends a session. @returns when that was acknowledged, by the machine's monotonic clock, in milliseconds */
export async function endSession(origin: string, { sid }: BenchSession): Promise<number> {
  const response = await fetch(`${origin}/revocations`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ session: sid }),
  });
  const acknowledged = monotonicMs();
  const answer = await response.text();
  if (!response.ok) throw new Error(`The revocation was answered ${answer}`);
  return acknowledged;
}

/** The same clock in every process of a machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
