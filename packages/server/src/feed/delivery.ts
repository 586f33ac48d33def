import type { FeedMessage } from "@holdfast/protocol";
import type { Tail } from "./tail.ts";

const encoder = new TextEncoder();

/**
 * Messages as server-sent events (HTML Living Standard, section 9.2). Made once and sent to all: those who do not read
 * hold the same bytes, and not a copy each.
 *
 * @param id the cursor to resume from once all of them have been heard; it travels with the last
 */
export function encodeMessages(messages: readonly FeedMessage[], id?: string): Uint8Array {
  const last = messages.length - 1;
  return encoder.encode(
    messages.map((message, index) => formatMessage(message, index === last ? id : undefined)).join(""),
  );
}

function formatMessage({ event, data }: FeedMessage, id: string | undefined): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Encodes what a tail holds, from a line on: for all who come before the tail changes, in the same memory. */
export function createReplayEncoder(tail: Pick<Tail, "held" | "revision">): (first: number) => Uint8Array {
  let revision = -1;
  let bytes = new Uint8Array();
  // Where each line begins.
  let starts: readonly number[] = [];

  function encodeHeld(): void {
    const lines = tail.held.map(({ message }) => encodeMessages([message]));
    let end = 0;
    starts = lines.map(({ length }) => {
      end += length;
      return end - length;
    });
    bytes = Buffer.concat(lines);
    revision = tail.revision;
  }

  return (first) => {
    if (revision !== tail.revision) encodeHeld();
    return bytes.subarray(starts[first] ?? bytes.length);
  };
}
