/** Clients of seeded grants, over connections of as little cost as can be: thousands of them beside the server. */
import { setTimeout as delay } from "node:timers/promises";
import { type HttpConnection, headerOf, openConnection } from "../../../bench/support/http-connection.ts";
import { refreshRequest, seededToken, successorIn, type Target } from "../../../bench/support/target.ts";

export interface SeededAnswer {
  readonly status: number;
  /** Seconds; null where none were named. */
  readonly retryAfter: number | null;
  readonly tookMs: number;
  /** `performance.now()`. */
  readonly at: number;
  readonly outcome: "refreshed" | "later" | "refused";
}

const atOnceToOpen = 200;

/** One person's client. Attempts that are answered with a request to come back are repeated with the same key. */
export interface SeededClient {
  refresh(connection: HttpConnection): Promise<SeededAnswer>;
}

export function createSeededClient(target: Target, index: number): SeededClient {
  let token = seededToken(target.kind, index);
  let attempt = 0;
  return {
    async refresh(connection) {
      const sent = performance.now();
      const { status, head, body } = await connection.send(refreshRequest(target, token, `${index}-${attempt}`));
      const at = performance.now();
      const successor = status === 200 ? successorIn(body) : null;
      if (successor !== null) {
        token = successor;
        attempt += 1;
      }
      const after = headerOf(head, "retry-after");
      const isWeather = after !== null && body.includes('"retryable":true');
      return {
        status,
        retryAfter: after === null ? null : Number(after),
        tookMs: at - sent,
        at,
        outcome: successor !== null ? "refreshed" : isWeather ? "later" : "refused",
      };
    },
  };
}

/** Connections, each for one request at a time; a new one where there is none idle. */
export function createConnections(port: number) {
  const idle: HttpConnection[] = [];
  let opened = 0;
  return {
    get opened() {
      return opened;
    },
    /** Before they are needed: it is the proxy's that a node sees, not the clients'. */
    async open(count: number) {
      while (idle.length < count) {
        const batch = Math.min(atOnceToOpen, count - idle.length);
        idle.push(...(await Promise.all(Array.from({ length: batch }, () => openConnection(port)))));
        opened += batch;
      }
    },
    async use<Result>(work: (connection: HttpConnection) => Promise<Result>): Promise<Result> {
      let connection = idle.pop();
      while (connection && !connection.isOpen) connection = idle.pop();
      if (!connection) {
        opened += 1;
        connection = await openConnection(port);
      }
      const result = await work(connection);
      idle.push(connection);
      return result;
    },
    close() {
      for (const connection of idle.splice(0)) connection.close();
    },
  };
}

export type Connections = ReturnType<typeof createConnections>;

/** So many connections refresh one grant after the other, as fast as they are answered, until told to stop. */
export function startClosedLoop(connections: Connections, clients: readonly SeededClient[], width: number) {
  const answers: SeededAnswer[] = [];
  let isOver = false;
  let next = 0;
  const work = async () => {
    while (!isOver) {
      const client = clients[next++ % clients.length];
      if (!client) return;
      answers.push(await connections.use((connection) => client.refresh(connection)));
    }
  };
  const working = Promise.all(Array.from({ length: width }, work));
  return {
    async stop(): Promise<readonly SeededAnswer[]> {
      isOver = true;
      await working;
      return answers;
    },
  };
}

/** Comes back when told, until served or signed out. All answers it got. */
export async function untilServed(connections: Connections, client: SeededClient): Promise<SeededAnswer[]> {
  const answers: SeededAnswer[] = [];
  for (;;) {
    const answer = await connections.use((connection) => client.refresh(connection));
    answers.push(answer);
    if (answer.outcome !== "later") return answers;
    // A little longer: a second has room for many who were told the same.
    await delay(((answer.retryAfter ?? 1) + Math.random()) * 1000);
  }
}
