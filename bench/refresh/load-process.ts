/** The load: a process of its own that refreshes over HTTP, as many requests at a time as it has connections. */
import { type TurnFigures, takeTurn } from "../support/figures.ts";
import { type HttpConnection, openConnection } from "../support/http-connection.ts";
import { refreshRequest, successorIn, type Target } from "../support/target.ts";
import { createTokenBook, type TokenBook } from "../support/token-book.ts";
import { serveParent } from "../support/worker.ts";
import { overHttp } from "./shares.ts";

/** One turn at one server. */
export interface LoadRequest {
  readonly target: Target;
  readonly connections: number;
  readonly seconds: number;
}

// Tokens to have at hand before the time runs, so that none is made meanwhile.
const drawnPerSecond = 20_000;

const books = new Map<string, TokenBook>();
let attempts = 0;

serveParent<LoadRequest, TurnFigures>(async ({ target, connections, seconds }) => {
  const book = books.get(target.name) ?? createTokenBook({ ...target, share: overHttp });
  books.set(target.name, book);
  const drawn = book.draw(Math.ceil(drawnPerSecond * seconds));
  const busy = new Set<number>();
  let next = 0;

  /** The next grant that is not being refreshed just now. */
  function takeGrant(): number {
    for (;;) {
      const index = drawn[next++ % drawn.length] ?? 0;
      if (busy.has(index)) continue;
      busy.add(index);
      return index;
    }
  }

  async function refreshUntil(connection: HttpConnection, isOver: () => boolean): Promise<number[]> {
    const latencies: number[] = [];
    while (!isOver()) {
      const index = takeGrant();
      attempts += 1;
      const request = refreshRequest(target, book.tokenOf(index), `attempt-${attempts}`);
      const sent = performance.now();
      const { status, body } = await connection.send(request);
      latencies.push(performance.now() - sent);
      const successor = status === 200 ? successorIn(body) : null;
      if (successor === null) throw new Error(`${target.name} refused grant ${index}: ${status} ${body}`);
      book.replace(index, successor);
      busy.delete(index);
    }
    return latencies;
  }

  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(target.port)));
  try {
    return await takeTurn(
      opened.map((connection) => (isOver) => refreshUntil(connection, isOver)),
      seconds,
    );
  } finally {
    for (const connection of opened) connection.close();
  }
});
