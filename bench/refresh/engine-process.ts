/** The engine without HTTP: judge, commit, sign. A process of its own, which puts the load on itself. */
import { createHoldfast, type DatabaseConnection, type Holdfast, parseConfig } from "@holdfast/server";
import { type TurnFigures, takeTurn } from "../support/figures.ts";
import { benchConfig } from "../support/holdfast-process.ts";
import { benchClient } from "../support/lineage.ts";
import { createTokenBook, type TokenBook } from "../support/token-book.ts";
import { serveParent } from "../support/worker.ts";
import { withoutHttp } from "./shares.ts";

export type EngineRequest =
  | {
      readonly kind: "start";
      readonly connection: DatabaseConnection;
      readonly schema: string;
      readonly grants: number;
      /** Whether all grants are its own to refresh, and not only its share of them. */
      readonly isAlone: boolean;
    }
  | { readonly kind: "turn"; readonly atOnce: number; readonly seconds: number }
  /** Refreshes every grant once, in an order of chance. */
  | { readonly kind: "pass"; readonly atOnce: number };

interface Engine {
  readonly holdfast: Holdfast;
  readonly book: TokenBook;
  readonly grants: number;
}

const drawnPerSecond = 30_000;
let engine: Engine | null = null;
let attempts = 0;

serveParent<EngineRequest, TurnFigures | null>(
  async (request) => {
    if (request.kind === "start") {
      engine = await startEngine(request);
      return null;
    }
    if (!engine) throw new Error("The engine is not started");
    return request.kind === "turn" ? takeEngineTurn(engine, request) : refreshAll(engine, request.atOnce);
  },
  async () => engine?.holdfast.close(),
);

async function startEngine(request: Extract<EngineRequest, { kind: "start" }>): Promise<Engine> {
  const { connection, schema, grants, isAlone } = request;
  const config = parseConfig(benchConfig(schema, 9), { mode: "production" });
  const holdfast = await createHoldfast(config, { connection });
  const share = isAlone ? { divisor: 1, remainders: [0] } : withoutHttp;
  return { holdfast, grants, book: createTokenBook({ kind: "holdfast", grants, share }) };
}

async function refresh({ holdfast, book }: Engine, index: number): Promise<void> {
  const client = holdfast.clients.choose(benchClient);
  attempts += 1;
  const outcome = await holdfast.grants.refresh.present({
    refreshToken: book.tokenOf(index),
    client,
    isProved: true,
    idempotencyKey: `engine-${attempts}`,
    // As long as what HTTP would bring.
    source: {
      requestId: `01a1fc8e-e502-7cff-8e4b-${String(attempts).padStart(12, "0")}`,
      address: "127.0.0.1",
      userAgent: "bench/1",
    },
  });
  if (outcome.kind === "refused") throw new Error(`The engine refused grant ${index}: ${outcome.reason}`);
  book.replace(index, outcome.refreshToken);
}

function takeEngineTurn(running: Engine, { atOnce, seconds }: Extract<EngineRequest, { kind: "turn" }>) {
  const drawn = running.book.draw(drawnPerSecond * seconds);
  const busy = new Set<number>();
  let next = 0;

  async function work(isOver: () => boolean): Promise<number[]> {
    const latencies: number[] = [];
    while (!isOver()) {
      const index = drawn[next++ % drawn.length] ?? 0;
      if (busy.has(index)) continue;
      busy.add(index);
      const asked = performance.now();
      await refresh(running, index);
      latencies.push(performance.now() - asked);
      busy.delete(index);
    }
    return latencies;
  }

  return takeTurn(Array<typeof work>(atOnce).fill(work), seconds);
}

async function refreshAll(running: Engine, atOnce: number): Promise<null> {
  const order = shuffled(running.grants);
  let next = 0;
  const work = async () => {
    while (next < order.length) await refresh(running, order[next++] ?? 0);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return null;
}

/** The numbers from 0 in an order of chance (Fisher and Yates). */
function shuffled(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    const value = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = value;
  }
  return order;
}
