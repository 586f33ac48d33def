import type { SessionMessage } from "@holdfast/protocol";

/**
 * Reads server-sent events (HTML Living Standard, section 9.2.6), until the stream ends: as much of them as our server
 * sends. `EventSource` would do, if it could send a header.
 *
 * @throws what reading throws
 */
export async function readEvents(
  body: ReadableStream<Uint8Array>,
  onMessage: (message: SessionMessage) => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const blocks = (rest + decoder.decode(part.value, { stream: true })).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop() ?? "";
    if (rest.length > longestBlock) throw new Error("This is no stream of events.");
    for (const block of blocks) {
      const message = parseBlock(block);
      if (message) onMessage(message);
    }
  }
}

const longestBlock = 65_536;

/** Null for what a later server may send, and for what is no event at all. */
function parseBlock(block: string): SessionMessage | null {
  const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, "m").exec(block)?.[1];
  try {
    const message = { event: field("event"), data: JSON.parse(field("data") ?? "") };
    return message.event && typeof message.data === "object" ? (message as SessionMessage) : null;
  } catch {
    return null;
  }
}
