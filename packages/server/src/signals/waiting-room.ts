/** Where requests wait for news of their stream. */
export interface WaitingRoom {
  /**
   * Waits until there may be news, at most so long. Answers false, and at once, when there is no more reason to wait: the
   * time is over, whoever asked has gone, later requests for the same stream took the place, or the room closes.
   */
  wait(visit: Visit): Promise<boolean>;
  /** Lets everybody look. */
  wake(): void;
  /** Sends everybody away. */
  close(): void;
}

/** One request's stay. */
export interface Visit {
  readonly streamId: string;
  /** By `performance.now()`. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

interface Seat {
  readonly streamId: string;
  readonly rise: (mayStay: boolean) => void;
}

// A receiver has a few workers. What they left behind unanswered must not pile up.
const seatsPerStream = 8;
// A hint from another node may get lost: this is how late its news can then be.
const lookEveryMs = 2_000;

export function createWaitingRoom(): WaitingRoom {
  const seats = new Set<Seat>();
  let isClosed = false;

  function makeRoom(streamId: string): void {
    const taken = [...seats].filter((seat) => seat.streamId === streamId);
    if (taken.length >= seatsPerStream) taken[0]?.rise(false);
  }

  return {
    async wait({ streamId, deadline, signal }) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0 || isClosed || signal?.aborted) return false;
      makeRoom(streamId);
      return new Promise((resolve) => {
        const seat: Seat = { streamId, rise };
        const timer = setTimeout(() => rise(true), Math.min(leftMs, lookEveryMs));
        const leave = () => rise(false);
        signal?.addEventListener("abort", leave);
        seats.add(seat);

        function rise(mayStay: boolean): void {
          clearTimeout(timer);
          signal?.removeEventListener("abort", leave);
          seats.delete(seat);
          resolve(mayStay);
        }
      });
    },
    wake() {
      for (const seat of [...seats]) seat.rise(true);
    },
    close() {
      isClosed = true;
      for (const seat of [...seats]) seat.rise(false);
    },
  };
}
