/**
 * Refreshes at a steady rate, whatever the answers take: a process of its own. What comes late counts from when it was
 * due, so that a pause is felt by all who would have come during it.
 */
import { type HttpConnection, openConnection } from "../support/http-connection.ts";
import { refreshRequest, successorIn, type Target } from "../support/target.ts";
import { createTokenBook } from "../support/token-book.ts";
import { serveParent } from "../support/worker.ts";

export type LoadRequest = { readonly begin: { readonly target: Target; readonly perSecond: number } } | "end";

/** One refresh. */
export interface Sample {
  /** When it was due: milliseconds since the epoch. */
  readonly due: number;
  /** From then to the answer, in milliseconds. */
  readonly took: number;
}

export interface LoadAnswer {
  readonly samples: readonly Sample[];
  /** Answers that were none: there should be no single one. */
  readonly failures: number;
}

const connections = 64;

async function begin(target: Target, perSecond: number): Promise<() => Promise<LoadAnswer>> {
  const book = createTokenBook({ ...target, share: { divisor: 1, remainders: [0] } });
  const idle: HttpConnection[] = await Promise.all(
    Array.from({ length: connections }, () => openConnection(target.port)),
  );
  const all = [...idle];
  const waiting: number[] = [];
  const samples: Sample[] = [];
  let failures = 0;
  let next = 0;
  let isOver = false;

  async function refresh(connection: HttpConnection, due: number): Promise<void> {
    // One after the other: none comes again before its answer is long there.
    const index = next++ % target.grants;
    const { status, body } = await connection.send(refreshRequest(target, book.tokenOf(index), String(next)));
    samples.push({ due, took: now() - due });
    const successor = successorIn(body);
    if (status !== 200 || successor === null) failures += 1;
    else book.replace(index, successor);
    idle.push(connection);
    pump();
  }

  function pump(): void {
    while (waiting.length > 0) {
      const connection = idle.pop();
      if (!connection) return;
      const due = waiting.shift() ?? 0;
      void refresh(connection, due).catch(() => {
        failures += 1;
      });
    }
  }

  const begun = now();
  let sent = 0;
  const timer = setInterval(() => {
    while (!isOver && begun + (sent * 1000) / perSecond <= now()) {
      waiting.push(begun + (sent * 1000) / perSecond);
      sent += 1;
    }
    pump();
  }, 1);

  return async () => {
    isOver = true;
    clearInterval(timer);
    while (idle.length < all.length && waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const connection of all) connection.close();
    return { samples, failures };
  };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

let end: (() => Promise<LoadAnswer>) | undefined;
serveParent<LoadRequest, LoadAnswer>(async (request) => {
  if (request !== "end") {
    end = await begin(request.begin.target, request.begin.perSecond);
    return { samples: [], failures: 0 };
  }
  if (!end) throw new Error("the load was not begun");
  return end();
});
