import type { LogLine } from "../events/index.ts";
import { listTokenAudiences, type TokenAudience } from "../grants/index.ts";
import type { Service } from "../services/index.ts";
import type { Queries } from "../storage/database.ts";

/** Whom a line is about. */
export type About = Pick<LogLine, "sessionId" | "userId" | "accountId">;

/** Whether a service may hear of a line. */
export type IsPermitted = (service: Service, line: About) => boolean;

/**
 * Finds out who may hear of which lines: a service whose business are the tokens of some audiences hears only of sessions
 * and people who had such a token. Of anybody else it would learn that they exist (SSF 1.0, section 9.2).
 */
export async function findPermitted(
  queries: Queries,
  services: readonly Service[],
  lines: readonly About[],
): Promise<IsPermitted> {
  if (services.every(({ audience }) => audience === null)) return () => true;
  const known = await listTokenAudiences(queries, {
    sessionIds: lines.flatMap(({ sessionId }) => sessionId ?? []),
    userIds: lines.flatMap(({ sessionId, userId }) => (sessionId === null ? (userId ?? []) : [])),
  });
  const bySession = Map.groupBy(known, ({ sessionId }) => sessionId);
  const byUser = Map.groupBy(known, ({ userId }) => userId);

  function audiencesOf({ sessionId, userId, accountId }: About): readonly TokenAudience[] {
    if (sessionId !== null) return bySession.get(sessionId) ?? [];
    return (byUser.get(userId ?? "") ?? []).filter((each) => each.accountId === accountId);
  }

  return ({ audience: wanted }, line) =>
    wanted === null || audiencesOf(line).some(({ audience }) => audience.some((each) => wanted.includes(each)));
}
