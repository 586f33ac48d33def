import type { FeedMessage } from "@holdfast/protocol";

/** How many deliveries may wait for a follower that does not read, before it is let go to come back with its cursor. */
const maximumBacklog = 64;

/** One open connection. */
export interface Follower {
  /**
   * Sends messages as one delivery, however many they are: a burst of news says nothing about how fast a follower reads.
   *
   * @param id the cursor to resume from once all of them have been heard; it travels with the last
   */
  send(messages: readonly FeedMessage[], id?: string): void;
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
      send(messages, id) {
        if (!controller || messages.length === 0) return;
        const last = messages.length - 1;
        const text = messages.map((message, index) => formatMessage(message, index === last ? id : undefined)).join("");
        controller.enqueue(encoder.encode(text));
        if ((controller.desiredSize ?? 0) <= 0) close();
      },
      close,
    },
  };
}

function formatMessage({ event, data }: FeedMessage, id: string | undefined): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
