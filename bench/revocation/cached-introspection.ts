/** The usual other way: services that ask about a token (RFC 7662) and believe the answer for a second. */
import { type Figures, figuresOf, type NextSession } from "./measure.ts";
import { endSession, introspect, monotonicMs } from "./sessions.ts";

const believedMs = 1_000;
const requestEveryMs = 5;

/** Services whose requests come all the time, each with a memory of its own, begun at another moment. */
export async function measureCachedIntrospection(
  origin: string,
  nextSession: NextSession,
  { services, rounds }: { readonly services: number; readonly rounds: number },
): Promise<Figures> {
  const lasts: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const session = await nextSession();
    const caches = await Promise.all(
      Array.from({ length: services }, async (_, index) => {
        await pause((index * believedMs) / services);
        return createCache(() => introspect(origin, session.accessToken));
      }),
    );
    const acknowledged = await endSession(origin, session);
    const refusedAt = await Promise.all(caches.map((isGood) => untilRefused(isGood)));
    lasts.push(Math.max(...refusedAt) - acknowledged);
  }
  return figuresOf(lasts);
}

async function createCache(ask: () => Promise<boolean>): Promise<() => Promise<boolean>> {
  let answer = await ask();
  let askedAt = monotonicMs();
  return async () => {
    if (monotonicMs() - askedAt >= believedMs) {
      askedAt = monotonicMs();
      answer = await ask();
    }
    return answer;
  };
}

async function untilRefused(isGood: () => Promise<boolean>): Promise<number> {
  while (await isGood()) await pause(requestEveryMs);
  return monotonicMs();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
