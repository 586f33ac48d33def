/**
 * The herd: very many honest clients in one process, each with a grant of its own. They come when they want to, whether
 * or not the server keeps up (an open loop), on many connections, as through a proxy. Each waits as long as it is told
 * to and a little longer, and names its attempt by the same key until it has an answer.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type HttpAnswer, type HttpConnection, headerOf, openConnection } from "../support/http-connection.ts";
import { quantile, rounded } from "../support/quantile.ts";
import { refreshRequest, seededToken, successorIn, type Target } from "../support/target.ts";
import { serveParent } from "../support/worker.ts";

export interface HerdRequest {
  readonly target: Target;
  /** The number of the first client's grant. Nobody has refreshed it yet. */
  readonly first: number;
  readonly clients: number;
  readonly connections: number;
  /** Within this time all of them come for the first time. */
  readonly arrivalSeconds: number;
}

export interface HerdFigures {
  readonly clients: number;
  /** From the first arrival to the last success. */
  readonly drained_seconds: number;
  /** To the success of 99 in 100. */
  readonly nearly_drained_seconds: number;
  /** Successes a second while clients were still coming. */
  readonly per_second_while_coming: number;
  /** Requests a client, on average. */
  readonly attempts_each: number;
  /** How often each status was answered. */
  readonly answers: Readonly<Record<string, number>>;
  /** Connections that broke, and clients that got no answer in time. */
  readonly broken: number;
  /** Clients that were told their session is over. */
  readonly signed_out: number;
  /** The distinct values of Retry-After, and how often each was given. */
  readonly retry_after: Readonly<Record<string, number>>;
  /** Milliseconds from a client's arrival to its success. */
  readonly median_ms: number;
  readonly p99_ms: number;
}

const answerTimeoutMs = 15_000;
const atOnceToOpen = 200;
// One address has some 28,000 ports for one destination.
const connectionsAnAddress = 10_000;

serveParent<HerdRequest, HerdFigures>(async ({ target, first, clients, connections, arrivalSeconds }) => {
  const tokens = Array.from({ length: clients }, (_, index) => seededToken(target.kind, first + index));
  const pool = await createPool(target.port, connections);
  const counts = { answers: new Map<string, number>(), retryAfter: new Map<string, number>() };
  const done: { at: number; took: number }[] = [];
  let [attempts, broken, signedOut] = [0, 0, 0];
  const begun = performance.now();

  /** One client, from its arrival until it is served or signed out. */
  async function refresh(index: number): Promise<void> {
    await pause(Math.random() * arrivalSeconds * 1000);
    const arrived = performance.now();
    const request = refreshRequest(target, tokens[index] ?? "", `client-${first + index}`);
    for (let failures = 0; ; ) {
      attempts += 1;
      const answer = await pool.send(request);
      if (answer === null) {
        broken += 1;
        failures += 1;
        await pause(Math.random() * Math.min(250 * 2 ** failures, 30_000));
        continue;
      }
      count(counts.answers, String(answer.status));
      if (answer.status === 200 && successorIn(answer.body) !== null) {
        const now = performance.now();
        done.push({ at: now - begun, took: now - arrived });
        return;
      }
      const wait = retryAfterOf(answer);
      if (wait === null) {
        signedOut += 1;
        return;
      }
      count(counts.retryAfter, String(wait));
      // A little longer: a second has room for many who were told the same.
      await pause((wait + Math.random()) * 1000);
    }
  }

  await Promise.all(tokens.map((_, index) => refresh(index)));
  pool.close();
  const coming = done.filter(({ at }) => at <= arrivalSeconds * 1000).length;
  const ends = done.map(({ at }) => at / 1000);
  return {
    clients,
    drained_seconds: rounded(quantile(ends, 1)),
    nearly_drained_seconds: rounded(quantile(ends, 0.99)),
    per_second_while_coming: Math.round(coming / arrivalSeconds),
    attempts_each: rounded(attempts / clients),
    answers: Object.fromEntries(counts.answers),
    broken,
    signed_out: signedOut,
    retry_after: Object.fromEntries(counts.retryAfter),
    median_ms: rounded(
      quantile(
        done.map(({ took }) => took),
        0.5,
      ),
      0,
    ),
    p99_ms: rounded(
      quantile(
        done.map(({ took }) => took),
        0.99,
      ),
      0,
    ),
  };
});

/** Seconds that a refusal asks to wait; null when it is final. */
function retryAfterOf({ status, head, body }: HttpAnswer): number | null {
  const seconds = headerOf(head, "retry-after");
  if (seconds === null || !body.includes('"retryable":true')) return null;
  return status === 429 || status === 503 ? Number(seconds) : null;
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

interface Pool {
  /** Waits for a free connection, and then for the answer; null when the connection broke or time was over. */
  send(request: string): Promise<HttpAnswer | null>;
  close(): void;
}

/** Connections that are all open before the herd comes: it is the proxy's that the server sees, not the clients'. */
async function createPool(port: number, size: number): Promise<Pool> {
  const idle: HttpConnection[] = [];
  const waiting: ((connection: HttpConnection) => void)[] = [];
  let opened = 0;

  const open = () => openConnection(port, `127.0.0.${1 + Math.floor(opened++ / connectionsAnAddress)}`);

  function release(connection: HttpConnection): void {
    const next = waiting.shift();
    if (next) next(connection);
    else idle.push(connection);
  }

  /** The one used last; those that the server has closed meanwhile are opened anew. */
  function takeIdle(): HttpConnection | undefined {
    for (let connection = idle.pop(); connection; connection = idle.pop()) {
      if (connection.isOpen) return connection;
      void replace();
    }
    return undefined;
  }

  async function replace(): Promise<void> {
    for (;;) {
      const connection = await open().catch(() => null);
      if (connection) return release(connection);
      await pause(100);
    }
  }

  while (idle.length < size) {
    const batch = Math.min(atOnceToOpen, size - idle.length);
    idle.push(...(await Promise.all(Array.from({ length: batch }, open))));
  }
  return {
    async send(request) {
      const connection = takeIdle() ?? (await new Promise<HttpConnection>((resolve) => waiting.push(resolve)));
      const timer = setTimeout(() => connection.close(), answerTimeoutMs);
      try {
        const answer = await connection.send(request);
        release(connection);
        return answer;
      } catch {
        void replace();
        return null;
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      for (const connection of idle) connection.close();
    },
  };
}
