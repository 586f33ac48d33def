import type { WebSocket } from "ws";
import type { ClientMessage } from "./sync-protocol.ts";
import { createSyncSession, type SyncSession, type SyncSessionDeps } from "./sync-session.ts";

/** Milliseconds between signs of life: as with Convex, a client hangs up on a server that says nothing for a minute. */
const PING_MS = 15_000;
/** Close codes of RFC 6455, section 7.4.1. */
const GOING_AWAY = 1001;
const PROTOCOL_ERROR = 1002;

export interface SyncConnectionDeps extends Omit<SyncSessionDeps, "send" | "hangUp"> {
  /** Told of every message before it is acted on. */
  readonly onMessage: (message: ClientMessage) => void;
}

/**
 * Speaks the protocol over a socket, one message after the other: a query that follows a token runs as whom the token
 * names. What a client had sent is dropped when its connection is cut, as it sends that again on the next one.
 */
export function openConnection(
  socket: WebSocket,
  { onMessage, ...deps }: SyncConnectionDeps,
): Pick<SyncSession, "publish" | "expire"> {
  const session = createSyncSession({
    ...deps,
    send: (message) => socket.send(JSON.stringify(message)),
    hangUp: () => socket.close(GOING_AWAY),
  });
  let queue = Promise.resolve();

  function enqueue(work: () => Promise<void>): void {
    queue = queue.then(() => (socket.readyState === socket.OPEN ? work() : undefined)).catch(giveUp);
  }

  /** On what is none of the protocol's messages. */
  function giveUp(): void {
    socket.close(PROTOCOL_ERROR);
  }

  socket.on("message", (data) => {
    const message = parseMessage(String(data));
    if (message === null) return giveUp();
    onMessage(message);
    enqueue(() => session.receive(message));
  });
  socket.on("error", giveUp);
  const pings = setInterval(() => socket.send(JSON.stringify({ type: "Ping" })), PING_MS);
  socket.on("close", () => clearInterval(pings));

  return { publish: async () => enqueue(session.publish), expire: session.expire };
}

function parseMessage(text: string): ClientMessage | null {
  try {
    const value = JSON.parse(text);
    return typeof value?.type === "string" ? value : null;
  } catch {
    return null;
  }
}
