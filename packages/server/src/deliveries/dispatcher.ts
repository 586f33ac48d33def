import type { DueDelivery } from "./delivery.ts";

// One node's share. A slow destination holds at most its own places; the others go on.
const maximumUnderWay = 64;
const maximumPerDestination = 8;

export interface DispatcherDeps {
  readonly claim: (request: {
    readonly limit: number;
    readonly perDestination: number;
    readonly underWay: ReadonlyMap<string, string>;
  }) => Promise<readonly DueDelivery[]>;
  readonly attempt: (delivery: DueDelivery, signal: AbortSignal) => Promise<unknown>;
  readonly onError: (error: unknown) => void;
}

/** Keeps attempts under way, as many as may be, while there are messages whose time has come. */
export interface Dispatcher {
  /** Looks for messages that are due. Callers share one look; one that comes meanwhile makes it look once more. */
  look(): Promise<void>;
  /** Waits until nothing is under way and nothing is due. */
  idle(): Promise<void>;
  /** Begins nothing more, waits for what is under way, and calls off what takes longer. */
  close(drainMs: number): Promise<void>;
}

export function createDispatcher({ claim, attempt, onError }: DispatcherDeps): Dispatcher {
  const underWay = new Map<string, string>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let looking: Promise<void> | null = null;
  let isStale = false;
  let isClosed = false;

  function start(delivery: DueDelivery): void {
    underWay.set(delivery.id, delivery.destinationId);
    const run = attempt(delivery, stopping.signal)
      .catch(onError)
      .then(() => {
        underWay.delete(delivery.id);
        running.delete(run);
        // A place is free: the next may be waiting for it.
        look().catch(onError);
      });
    running.add(run);
  }

  async function lookWhileStale(): Promise<void> {
    try {
      do {
        isStale = false;
        const limit = maximumUnderWay - underWay.size;
        if (limit <= 0 || isClosed) return;
        const due = await claim({ limit, perDestination: maximumPerDestination, underWay });
        for (const delivery of due) start(delivery);
        if (due.length > 0) isStale = true;
      } while (isStale);
    } finally {
      looking = null;
    }
  }

  function look(): Promise<void> {
    if (isClosed) return Promise.resolve();
    isStale = true;
    looking ??= lookWhileStale();
    return looking;
  }

  return {
    look,
    async idle() {
      await look();
      while (running.size > 0) {
        await Promise.all(running);
        await look();
      }
    },
    async close(drainMs) {
      isClosed = true;
      await looking?.catch(() => undefined);
      const timer = setTimeout(() => stopping.abort(), drainMs);
      await Promise.all(running);
      clearTimeout(timer);
    },
  };
}
