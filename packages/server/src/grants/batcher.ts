import { AppError } from "../http/app-error.ts";

export interface BatcherDeps<Request, Answer> {
  /** Decides about requests of different keys in one statement. An answer that is missing is null for its request. */
  readonly run: (requests: readonly Request[]) => Promise<readonly Answer[]>;
  /** What a request is about: two of one key never stand in one statement, nor in two at a time. */
  readonly keyOf: (request: Request) => string;
  readonly answerKeyOf: (answer: Answer) => string;
  /** Requests in one statement at most. */
  readonly maximumBatch: number;
  /** Statements under way at most. */
  readonly maximumInFlight: number;
  /** Requests that may wait at most; whoever comes then is told to come back. */
  readonly maximumWaiting: number;
  readonly onBatch?: ((size: number) => void) | undefined;
}

/** Gathers what arrives while a statement is under way into the next one: many requests, one commit. */
export interface Batcher<Request, Answer> {
  /**
   * @throws AppError `temporarily_unavailable` when too many wait already, and whatever the statement throws
   */
  submit(request: Request): Promise<Answer | null>;
}

interface Waiter<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer | null) => void;
  readonly reject: (error: unknown) => void;
}

export function createBatcher<Request, Answer>(deps: BatcherDeps<Request, Answer>): Batcher<Request, Answer> {
  const { run, keyOf, answerKeyOf, maximumBatch, maximumInFlight, maximumWaiting, onBatch } = deps;
  type Waiting = Waiter<Request, Answer>;
  let ready: Waiting[] = [];
  // A key that is waiting or under way, and who comes after it.
  const followers = new Map<string, Waiting[]>();
  let waiting = 0;
  let inFlight = 0;

  function pump(): void {
    while (inFlight < maximumInFlight && ready.length > 0) {
      const batch = ready.slice(0, maximumBatch);
      ready = ready.slice(maximumBatch);
      inFlight += 1;
      onBatch?.(batch.length);
      void settle(batch).finally(() => {
        inFlight -= 1;
        pump();
      });
    }
  }

  async function settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const answers = await run(batch.map(({ request }) => request));
      const byKey = new Map(answers.map((answer) => [answerKeyOf(answer), answer]));
      for (const waiter of batch) waiter.resolve(byKey.get(keyOf(waiter.request)) ?? null);
    } catch (error) {
      // One bad row must not fail its neighbours: each is tried by itself, and only its own failure is its own.
      if (batch.length > 1) return void (await Promise.all(batch.map((waiter) => settle([waiter]))));
      batch[0]?.reject(error);
    }
    for (const { request } of batch) release(keyOf(request));
  }

  /** Lets the next one of the same key go, after the answer of the one before it. */
  function release(key: string): void {
    waiting -= 1;
    const next = followers.get(key)?.shift();
    if (next) ready.push(next);
    else followers.delete(key);
  }

  return {
    submit(request) {
      if (waiting >= maximumWaiting) return Promise.reject(new AppError("temporarily_unavailable"));
      waiting += 1;
      return new Promise((resolve, reject) => {
        const waiter = { request, resolve, reject };
        const key = keyOf(request);
        const queue = followers.get(key);
        if (queue) {
          queue.push(waiter);
          return;
        }
        followers.set(key, []);
        ready.push(waiter);
        pump();
      });
    },
  };
}
