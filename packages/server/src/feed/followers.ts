import { setImmediate as nextTurn } from "node:timers/promises";
import type { FollowerEnd, Occupant } from "./places.ts";

// What may wait for a follower that does not read, before it is let go to come back with its cursor.
const mostDeliveries = 64;
const mostBytes = 1_048_576;

/** One open stream. */
export interface Follower extends Occupant {
  /** Sends one delivery, however much is in it: a burst of news says nothing about how fast a follower reads. */
  send(delivery: Uint8Array): void;
  /** Ends the stream, after what has been sent. */
  close(): void;
}

/** The answer below the stream: as much of Node's `ServerResponse` as we use. */
export interface Wire {
  readonly socket: {
    write(bytes: Uint8Array): unknown;
    /** Bytes that wait to be sent. */
    readonly writableLength: number;
  } | null;
  /** False while our server, which reads what there is of a body before it answers, has not begun to. */
  readonly headersSent: boolean;
  /** False for HTTP/1.0, which ends an answer with its connection. */
  readonly chunkedEncoding: boolean;
  destroy(): unknown;
}

export interface FollowerOptions {
  /** Told once. */
  readonly onEnded: (why: FollowerEnd) => void;
  /** Absent where something else than our own server hands us requests. */
  readonly wire?: Wire | undefined;
  /** What it has missed. Asked for the next piece only when the former has been passed on. Default: nothing. */
  readonly missed?: Iterator<Uint8Array>;
}

/**
 * A stream of server-sent events (HTML Living Standard, section 9.2) as a response body. Once the body's reader has
 * passed on what was missed, deliveries go to the socket as they are. Through the stream, each follower would cost twice
 * the time, most of what is left being the kernel's, and the last of thousands waits for all before it.
 */
export function createFollower({ onEnded, wire, missed = [].values() }: FollowerOptions): {
  readonly follower: Follower;
  readonly body: ReadableStream;
} {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  // The reader waits for more: it has written all that it was given.
  let isReaderWaiting = false;
  let waiting = { deliveries: 0, bytes: 0 };

  function end(why: FollowerEnd): void {
    if (!controller) return;
    const closing = controller;
    controller = null;
    onEnded(why);
    try {
      closing.close();
    } catch {
      // The connection was gone before us.
    }
  }

  function cut(why: FollowerEnd): void {
    end(why);
    // The end of a stream that nobody reads would never come.
    wire?.destroy();
  }

  /** Passes it on, and counts what waits. */
  function deliver(to: ReadableStreamDefaultController<Uint8Array>, delivery: Uint8Array): void {
    if (wire?.socket && wire.headersSent && isReaderWaiting) {
      const bytes = wire.socket.writableLength;
      waiting = { deliveries: bytes === 0 ? 0 : waiting.deliveries + 1, bytes };
      wire.socket.write(wire.chunkedEncoding ? chunkOf(delivery) : delivery);
      return;
    }
    isReaderWaiting = false;
    waiting = { deliveries: waiting.deliveries + 1, bytes: waiting.bytes + delivery.length };
    to.enqueue(delivery);
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start(started) {
        controller = started;
      },
      async pull(to) {
        waiting = { deliveries: 0, bytes: 0 };
        const piece = missed.next();
        if (piece.done) {
          isReaderWaiting = true;
          return;
        }
        to.enqueue(piece.value);
        // However fast this one reads, everybody else has their turn before its next piece.
        await nextTurn();
      },
      cancel() {
        controller = null;
        onEnded("left");
      },
    },
    // Asked for more only when there is nothing left and somebody waits.
    { highWaterMark: 0 },
  );

  return {
    body,
    follower: {
      kind: "stream",
      send(delivery) {
        if (!controller || delivery.length === 0) return;
        deliver(controller, delivery);
        if (waiting.deliveries >= mostDeliveries || waiting.bytes >= mostBytes) cut("slow");
      },
      close: () => end("draining"),
      cut,
    },
  };
}

const chunks = new WeakMap<Uint8Array, Uint8Array>();

/** A delivery as a chunk (RFC 9112, section 7.1): made once, and the same bytes for all. */
function chunkOf(delivery: Uint8Array): Uint8Array {
  const known = chunks.get(delivery);
  if (known) return known;
  const chunk = Buffer.concat([Buffer.from(`${delivery.length.toString(16)}\r\n`), delivery, Buffer.from("\r\n")]);
  chunks.set(delivery, chunk);
  return chunk;
}
