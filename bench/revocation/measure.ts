/** From the acknowledged end of a session to the refusal of its tokens. All in milliseconds. */
import { quantile, rounded } from "../support/quantile.ts";
import { startWorker } from "../support/worker.ts";
import type { FollowersRequest } from "./followers-process.ts";
import type { Nodes } from "./nodes.ts";
import { type BenchSession, endSession, introspect, monotonicMs, openSession, refresh } from "./sessions.ts";

export interface Figures {
  readonly median_ms: number;
  readonly p99_ms: number;
  readonly most_ms: number;
  readonly samples: number;
}

export function figuresOf(values: readonly number[]): Figures {
  return {
    median_ms: rounded(quantile(values, 0.5)),
    p99_ms: rounded(quantile(values, 0.99)),
    most_ms: rounded(Math.max(...values)),
    samples: values.length,
  };
}

/** Gives each round a session of its own. */
export type NextSession = () => Promise<BenchSession>;

export function createSessionSource(issuer: string, first: number): NextSession {
  let index = first;
  return () => openSession(issuer, index++);
}

export interface EndpointFigures {
  readonly refresh: Figures;
  readonly introspection: Figures;
  /** Requests that were still granted after the end was acknowledged. */
  readonly granted: number;
}

/** Our own endpoints, asked the moment that the end is acknowledged. */
export async function measureEndpoints(
  { one }: Nodes,
  port: number,
  nextSession: NextSession,
  rounds: number,
): Promise<EndpointFigures> {
  const [ending, asked] = [`http://localhost:${one.port}`, `http://localhost:${port}`];
  const times = { refresh: [] as number[], introspection: [] as number[] };
  let granted = 0;

  async function untilRefused(ask: () => Promise<boolean>): Promise<number> {
    while (await ask()) granted += 1;
    return monotonicMs();
  }

  for (let round = 0; round < rounds; round++) {
    const session = await nextSession();
    const acknowledged = await endSession(ending, session);
    const [refreshed, introspected] = await Promise.all([
      untilRefused(async () => (await refresh(asked, session.refreshToken)).ok),
      untilRefused(() => introspect(asked, session.accessToken)),
    ]);
    times.refresh.push(refreshed - acknowledged);
    times.introspection.push(introspected - acknowledged);
  }
  return { refresh: figuresOf(times.refresh), introspection: figuresOf(times.introspection), granted };
}

export interface FollowerFigures {
  readonly followers: number;
  /** Of the verifiers of a round, the one in the middle. */
  readonly middle: Figures;
  /** The last of them. */
  readonly last: Figures;
}

/** Verifiers that follow a node, while sessions end on the first. */
export async function measureFollowers(
  { issuer, one }: Nodes,
  port: number,
  nextSession: NextSession,
  { followers, rounds }: { readonly followers: number; readonly rounds: number },
): Promise<FollowerFigures> {
  const module = new URL("./followers-process.ts", import.meta.url);
  const worker = startWorker<FollowersRequest, number[]>({ module });
  try {
    await worker.ask({ kind: "follow", issuer, origin: `http://localhost:${port}`, count: followers });
    const times = { middle: [] as number[], last: [] as number[] };
    // The first rounds measure the compiler.
    for (let round = -5; round < rounds; round++) {
      const session = await nextSession();
      await worker.ask({ kind: "accept", sid: session.sid, token: session.accessToken });
      const acknowledged = await endSession(`http://localhost:${one.port}`, session);
      const refusedAt = await worker.ask({ kind: "refusals" });
      if (round < 0) continue;
      // A verifier may have heard before the answer was here.
      const after = refusedAt.map((at) => Math.max(0, at - acknowledged));
      times.middle.push(quantile(after, 0.5));
      times.last.push(Math.max(...after));
    }
    return { followers, middle: figuresOf(times.middle), last: figuresOf(times.last) };
  } finally {
    await worker.stop();
  }
}
