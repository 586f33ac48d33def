/** How many deliveries may wait for a follower that does not read, before it is let go to come back with its cursor. */
const maximumBacklog = 64;

/** One open connection. */
export interface Follower {
  /** Sends one delivery, however much is in it: a burst of news says nothing about how fast a follower reads. */
  send(delivery: Uint8Array): void;
  /** Ends the stream, after what has been sent. */
  close(): void;
  /** Ends the connection now: whoever does not read would never come to the stream's end. */
  cut(): void;
}

export interface FollowerOptions {
  readonly onClose: () => void;
  /** Ends the connection below the stream, where there is one. */
  readonly disconnect?: (() => void) | undefined;
}

/** A stream of server-sent events (HTML Living Standard, section 9.2) as a response body. */
export function createFollower({ onClose, disconnect }: FollowerOptions): {
  readonly follower: Follower;
  readonly body: ReadableStream;
} {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;

  function close(): void {
    if (!controller) return;
    const closing = controller;
    controller = null;
    onClose();
    try {
      closing.close();
    } catch {
      // The connection was gone before us.
    }
  }

  function cut(): void {
    close();
    disconnect?.();
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start(started) {
        controller = started;
      },
      cancel() {
        controller = null;
        onClose();
      },
    },
    { highWaterMark: maximumBacklog },
  );

  return {
    body,
    follower: {
      send(delivery) {
        if (!controller || delivery.length === 0) return;
        controller.enqueue(delivery);
        if ((controller.desiredSize ?? 0) <= 0) cut();
      },
      close,
      cut,
    },
  };
}
