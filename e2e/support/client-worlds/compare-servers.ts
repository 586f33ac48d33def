import { isDeepStrictEqual } from "node:util";
import { createReferenceServer } from "../../../packages/client/src/testing/reference-server/index.ts";
import type { RefreshRecord } from "../../../packages/client/src/testing/refresh-history.ts";
import type { Command } from "../../../packages/client/src/testing/schedules/command.ts";
import { runSchedule } from "../../../packages/client/src/testing/schedules/run-schedule.ts";
import type { ControlledServer } from "../../../packages/client/src/testing/virtual-server.ts";
import type { WorldOptions } from "../../../packages/client/src/testing/world-options.ts";
import type { Engines } from "./engines.ts";

/**
 * Lets the same history happen twice, with the same chance: once at the reference server, once at the engine. What these
 * decide must be the same to the millisecond, for what a client does next depends on what it was answered.
 *
 * @throws when either world breaks, or with the first decision in which the two differ
 */
export async function compareServers(engines: Engines, steps: readonly Command[], world: WorldOptions): Promise<void> {
  const reference = referenceFor(world);
  await runSchedule(steps, { ...world, server: reference });
  const engine = await engines.serverFor(world);
  const failure = await runSchedule(steps, { ...world, server: engine }).then(
    () => null,
    (error: unknown) => error,
  );
  assertSame(numbered(reference), numbered(engine));
  if (failure !== null) throw failure;
}

function referenceFor({ storage = "cookie" }: WorldOptions): ControlledServer {
  let ids = 0;
  return createReferenceServer({
    issuer: "https://login.example.com",
    api: "https://api.example.com",
    callback: "https://app.example.com/callback",
    isCookieMode: storage === "cookie",
    nextId: () => `id-${++ids}`,
  });
}

interface Decision extends Omit<RefreshRecord, "sid"> {
  /** Sessions by number, in the order in which they were first refreshed. */
  readonly session: number | null;
}

function numbered({ history }: ControlledServer): readonly Decision[] {
  const sids: string[] = [];
  return history.map(({ sid, ...record }) => {
    if (sid === null) return { ...record, session: null };
    if (!sids.includes(sid)) sids.push(sid);
    return { ...record, session: sids.indexOf(sid) };
  });
}

function assertSame(reference: readonly Decision[], engine: readonly Decision[]): void {
  const longest = Math.max(reference.length, engine.length);
  for (let index = 0; index < longest; index++) {
    if (isDeepStrictEqual(reference[index], engine[index])) continue;
    const say = (decision: Decision | undefined) => JSON.stringify(decision ?? "nothing");
    const before = engine.slice(Math.max(0, index - 6), index).map((decision) => `  both: ${say(decision)}`);
    throw new Error(
      [
        `Decision ${index + 1} differs.`,
        ...before,
        `  reference: ${say(reference[index])}`,
        `  engine:    ${say(engine[index])}`,
      ].join("\n"),
    );
  }
}
