import { formatReason } from "./ending.ts";
import { isUse } from "./evidence.ts";
import { clientOf, type TimelineLine, textOf, verdictOf } from "./line.ts";

/** A client whose every grant is over, although the session lives. */
export interface ShutOutClient {
  readonly client: string;
  readonly at: Date;
  readonly because: string;
}

/** Finds the clients that can refresh no more: to the person, that is a sign-out all the same. */
export function shutOutClients(lines: readonly TimelineLine[]): ShutOutClient[] {
  const grants = new Map<string, { readonly client: string; end: TimelineLine | null }>();
  for (const line of lines) {
    if (line.grantId === null) continue;
    const grant = grants.get(line.grantId) ?? { client: clientOf(line), end: null };
    if (isOver(line)) grant.end ??= line;
    if (isUse(line) || grant.end) grants.set(line.grantId, grant);
  }
  const byClient = Map.groupBy(grants.values(), ({ client }) => client);
  return [...byClient].flatMap(([client, own]) => {
    if (own.some(({ end }) => end === null)) return [];
    const last = own.at(-1)?.end;
    return last ? [{ client, at: last.at, because: explain(last) }] : [];
  });
}

function isOver(line: TimelineLine): boolean {
  const verdict = verdictOf(line);
  return line.type === "grant.revoked" || verdict === "revoked" || verdict === "expired";
}

function explain(end: TimelineLine): string {
  return verdictOf(end) === "expired" ? "its refresh token had run out" : formatReason(textOf(end, "reason"));
}
