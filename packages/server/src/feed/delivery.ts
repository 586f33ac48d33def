import type { FeedMessage, SessionMessage } from "@holdfast/protocol";

type Message = FeedMessage | SessionMessage;

const encoder = new TextEncoder();

/**
 * Messages as server-sent events (HTML Living Standard, section 9.2). Made once and sent to all: those who do not read
 * hold the same bytes, and not a copy each.
 *
 * @param id the cursor to resume from once all of them have been heard; it travels with the last
 */
export function encodeMessages(messages: readonly Message[], id?: string): Uint8Array {
  const last = messages.length - 1;
  return encoder.encode(
    messages.map((message, index) => formatMessage(message, index === last ? id : undefined)).join(""),
  );
}

function formatMessage({ event, data }: Message, id: string | undefined): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
