import type { FeedMessage } from "@holdfast/protocol";

/** How many messages may wait for a follower that does not read, before it is let go to come back with its cursor. */
const maximumBacklog = 64;

/** One open connection. */
export interface Follower {
  send(message: FeedMessage, id?: string): void;
  close(): void;
}

/** A stream of server-sent events (HTML Living Standard, section 9.2) as a response body. */
export function createFollower(onClose: () => void): { readonly follower: Follower; readonly body: ReadableStream } {
  const encoder = new TextEncoder();
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
      send({ event, data }, id) {
        if (!controller) return;
        controller.enqueue(
          encoder.encode(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
        );
        if ((controller.desiredSize ?? 0) <= 0) close();
      },
      close,
    },
  };
}
