import { AppError } from "../http/app-error.ts";
import { toAppError } from "../http/error-answer.ts";
import { createAppointments } from "./appointments.ts";

export interface BatcherDeps<Request, Answer> {
  /** Decides about requests of different keys in one statement. An answer that is missing is null for its request. */
  readonly run: (requests: readonly Request[]) => Promise<readonly Answer[]>;
  /** What a request is about: two of one key never stand in one statement, nor in two at a time. */
  readonly keyOf: (request: Request) => string;
  readonly answerKeyOf: (answer: Answer) => string;
  /** Whether nobody waits for the answer any more: such a request is in no statement. Asked directly before each. */
  readonly isLate?: ((request: Request) => boolean) | undefined;
  /** Requests in one statement at most. */
  readonly maximumBatch: number;
  /** Statements under way at most. */
  readonly maximumInFlight: number;
  /** Requests that may wait at most; whoever comes then is told to come back. */
  readonly maximumWaiting: number;
  /** The same of one key, behind the one under way: they are judged one by one, and would take everybody's places. */
  readonly maximumPerKey: number;
  readonly onBatch?: ((size: number) => void) | undefined;
  /** Milliseconds, from anywhere, never backwards. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
}

/** Gathers what arrives while a statement is under way into the next one: many requests, one commit. */
export interface Batcher<Request, Answer> {
  /**
   * @throws AppError `temporarily_unavailable`, with a time to come again, when too many wait already, `deadline_passed` when its turn came too
   *   late, and whatever the statement throws
   */
  submit(request: Request): Promise<Answer | null>;
  /** Seconds after which to come again, when there is no room for anybody: each that asks is told its own. Else null. */
  fullFor(): number | null;
}

interface Waiter<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer | null) => void;
  readonly reject: (error: unknown) => void;
}

export function createBatcher<Request, Answer>(deps: BatcherDeps<Request, Answer>): Batcher<Request, Answer> {
  const { run, keyOf, answerKeyOf, isLate, maximumBatch, maximumInFlight, maximumWaiting, maximumPerKey, onBatch } =
    deps;
  const appointments = createAppointments({ now: deps.now ?? (() => performance.now()), random: Math.random });
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
      void settle(batch).then((tell) => {
        inFlight -= 1;
        for (const { request } of batch) release(keyOf(request));
        // First the database has its next work; meanwhile this one's answers are written.
        pump();
        tell();
      });
    }
  }

  /** Has a batch decided, and answers with what tells those who wait for it. */
  async function settle(all: readonly Waiting[]): Promise<() => void> {
    const batch = refuseLate(all);
    if (batch.length === 0) return () => {};
    onBatch?.(batch.length);
    try {
      const answers = await run(batch.map(({ request }) => request));
      const byKey = new Map(answers.map((answer) => [answerKeyOf(answer), answer]));
      appointments.onServed(batch.length, ready.length);
      return () => {
        for (const { request, resolve } of batch) resolve(byKey.get(keyOf(request)) ?? null);
      };
    } catch (error) {
      // One bad row must not fail its neighbours: each is tried by itself, and only its own failure is its own.
      if (batch.length > 1 && mayBeOneRow(error)) {
        const tellings = await Promise.all(batch.map((waiter) => settle([waiter])));
        return () => {
          for (const tell of tellings) tell();
        };
      }
      return () => {
        for (const { reject } of batch) reject(error);
      };
    }
  }

  /** What has waited too long is refused unjudged; answers with the rest. */
  function refuseLate(batch: readonly Waiting[]): readonly Waiting[] {
    const late = batch.filter(({ request }) => isLate?.(request));
    for (const { reject } of late) reject(new AppError("deadline_passed"));
    return late.length === 0 ? batch : batch.filter((waiter) => !late.includes(waiter));
  }

  function fullFor(): number | null {
    if (waiting < maximumWaiting) return null;
    return appointments.next(waiting) ?? 2 + Math.floor(Math.random() * 3);
  }

  /** Whoever has so many under way hears from one of them soon. */
  const tooManyOfOne = () => new AppError("temporarily_unavailable", undefined, { retryAfterSeconds: 1 });

  /** Lets the next one of the same key go, after the answer of the one before it. */
  function release(key: string): void {
    waiting -= 1;
    const next = followers.get(key)?.shift();
    if (next) ready.push(next);
    else followers.delete(key);
  }

  return {
    submit(request) {
      const retryAfterSeconds = fullFor();
      if (retryAfterSeconds !== null) {
        return Promise.reject(new AppError("temporarily_unavailable", undefined, { retryAfterSeconds }));
      }
      const key = keyOf(request);
      const queue = followers.get(key);
      if (queue && queue.length >= maximumPerKey) return Promise.reject(tooManyOfOne());
      waiting += 1;
      return new Promise((resolve, reject) => {
        const waiter = { request, resolve, reject };
        if (queue) {
          queue.push(waiter);
          return;
        }
        followers.set(key, []);
        ready.push(waiter);
        pump();
      });
    },
    fullFor,
  };
}

/**
 * Whether a failure may be one row's. A database that does not answer fails all of them alike: each by itself, they
 * would keep it from ever answering again.
 */
function mayBeOneRow(error: unknown): boolean {
  return toAppError(error).code !== "temporarily_unavailable" || isRollback(error);
}

/** Class 40 of SQLSTATE, transaction rollback: a deadlock or the like, gone when it is tried again. */
function isRollback(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("40");
}
