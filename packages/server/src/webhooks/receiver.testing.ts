import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { WebhookMessage } from "@holdfast/protocol";
import { Webhook } from "standardwebhooks";

/** A request as a receiver got it. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly id: string;
  readonly timestamp: number;
  readonly message: WebhookMessage;
}

/** What a receiver answers: a status, or whatever it does with the response. */
export type Answer = number | ((response: ServerResponse) => void);

/** Somebody else's server, which gets webhooks. */
export interface TestReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** How it answers from now on; the first that is given is used up first, the last one stays. Default: 204. */
  answer(...answers: Answer[]): void;
  /** Resolves with the first request that fits, already received or still to come. */
  until(fits: (received: Received) => boolean, withinMs?: number): Promise<Received>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<TestReceiver> {
  const received: Received[] = [];
  let answers: Answer[] = [204];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    received.push({
      path: request.url ?? "",
      headers: request.headers,
      body,
      id: String(request.headers["webhook-id"]),
      timestamp: Number(request.headers["webhook-timestamp"]),
      message: JSON.parse(body || "null"),
    });
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 204;
    if (typeof answer === "number") response.writeHead(answer).end();
    else answer(response);
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    answer(...next) {
      answers = next;
    },
    until(fits, withinMs = 5_000) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = received.find(fits);
          if (!found) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`not received within ${withinMs} ms; received ${JSON.stringify(typesOf(received))}`));
        }, withinMs);
        waiting.add(look);
        look();
      });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The types of what was received, in order. */
export function typesOf(received: readonly Received[]): string[] {
  return received.map(({ message }) => message.type);
}

/** Verifies as a receiver would, with the library of Standard Webhooks. */
export function verifies({ body, headers }: Received, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
