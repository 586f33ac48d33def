import { createManualClock, type ManualClock } from "../clock/clock.ts";
import { uuidv7 } from "../crypto/uuid.ts";
import { createTestSchema, type TestSchema } from "../storage/database.testing.ts";
import { migrate } from "../storage/migrate.ts";
import { createDeliveries, type Deliveries } from "./deliveries.ts";
import type { DueDelivery, Outcome, Send } from "./delivery.ts";

export const delivered: Outcome = {
  verdict: "accepted",
  name: "delivered",
  status: 200,
  error: null,
  answer: null,
  retryAfterMs: null,
};

export const refused: Outcome = { ...delivered, verdict: "retry", name: "refused", status: 500, error: "answered 500" };

/** What was sent: where to, what, and when (ms since the test's start). */
export interface Sent {
  readonly destinationId: string;
  readonly messageId: string;
  readonly number: number;
  readonly at: number;
}

/** A queue with destinations that do as the test says, on a real database and a clock that only the test moves. */
export interface TestQueue {
  readonly clock: ManualClock;
  readonly start: number;
  readonly schema: TestSchema;
  readonly queue: Deliveries;
  readonly sent: readonly Sent[];
  /** What happened to destinations. */
  readonly news: readonly string[];
  /** What went wrong that should not. */
  readonly errors: readonly unknown[];
  /** How a destination answers from now on. Default: delivered. */
  answer(destinationId: string, send: Outcome | Send): void;
  addDestination(): Promise<string>;
  enqueue(destinationId: string, ...messageIds: string[]): Promise<void>;
  /** Another node on the same database. */
  addNode(): Deliveries;
  /** Lets time pass, in steps, and everything happen that falls due meanwhile. */
  pass(milliseconds: number, step: number): Promise<void>;
  close(): Promise<void>;
}

export async function createTestQueue({ random = () => 0.5 } = {}): Promise<TestQueue> {
  const schema = createTestSchema();
  await migrate(schema.open());
  const clock = createManualClock();
  const start = clock.now();
  const answers = new Map<string, Outcome | Send>();
  const sent: Sent[] = [];
  const news: string[] = [];
  const errors: unknown[] = [];

  async function send(delivery: DueDelivery, signal: AbortSignal): Promise<Outcome> {
    const { destinationId, messageId, number } = delivery;
    sent.push({ destinationId, messageId, number, at: clock.now() - start });
    const answer = answers.get(destinationId) ?? delivered;
    return typeof answer === "function" ? answer(delivery, signal) : answer;
  }

  function addNode(): Deliveries {
    return createDeliveries({
      database: schema.open(),
      clock,
      queue: "test",
      send,
      random,
      onAttempted: () => undefined,
      onFailing: async (_, id) => void news.push(`failing ${id}`),
      onDisabled: async (_, id, reason) => void news.push(`disabled ${id}: ${reason}`),
      onError: (error) => errors.push(error),
    });
  }

  const queue = addNode();
  const { queries } = schema.open();
  return {
    clock,
    start,
    schema,
    queue,
    sent,
    news,
    errors,
    answer: (destinationId, answer) => void answers.set(destinationId, answer),
    async addDestination() {
      const id = uuidv7(clock.now());
      await queue.addDestination(queries, id);
      return id;
    },
    enqueue: (destinationId, ...messageIds) =>
      queue.enqueue(
        queries,
        messageIds.map((messageId) => ({
          destinationId,
          messageId,
          type: "test",
          body: "{}",
          occurredAt: new Date(clock.now()),
        })),
      ),
    addNode,
    async pass(milliseconds, step) {
      const end = clock.now() + milliseconds;
      while (clock.now() < end) {
        clock.advance(Math.min(step, end - clock.now()));
        await queue.idle();
      }
    },
    async close() {
      await queue.close();
      await schema.close();
    },
  };
}

/** What one destination was sent. */
export function sentTo(sent: readonly Sent[], destinationId: string): Sent[] {
  return sent.filter((each) => each.destinationId === destinationId);
}
