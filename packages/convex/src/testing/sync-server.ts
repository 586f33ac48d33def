import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { openConnection } from "./sync-connection.ts";
import type { ClientMessage, ServerMessage } from "./sync-protocol.ts";
import type { ConvexFunction, Identity, SyncSession } from "./sync-session.ts";

export interface SyncServerOptions {
  /** Default: any free one. */
  readonly port?: number;
  /**
   * Checks a token and answers with its claims; what it throws is told to the client. Default: takes the token at its
   * word, which is good for tests only.
   */
  readonly verify?: (token: string) => Identity | Promise<Identity>;
  /** By path: `notes:list`. Queries, mutations and actions alike. */
  readonly functions?: Readonly<Record<string, ConvexFunction>>;
  /** Default: the wall clock, in milliseconds. */
  readonly now?: () => number;
}

/** A deployment that speaks Convex's sync protocol on the loopback interface. */
export interface SyncServer {
  /** What `new ConvexReactClient(url)` takes. */
  readonly url: string;
  /** Every message that came, in order, over all connections. */
  readonly received: readonly ClientMessage[];
  /** The tokens that came, in order. */
  readonly tokens: () => string[];
  readonly connections: () => number;
  /** Refuses so many of the tokens that come next. */
  readonly refuseNext: (times: number) => void;
  /** Confirms nothing until what it answers with is called. */
  readonly hold: () => () => void;
  /** Says on every connection that its token has run out. */
  readonly expireAll: () => void;
  /** Cuts every connection. */
  readonly disconnectAll: () => void;
  readonly close: () => Promise<void>;
}

/**
 * Starts one.
 *
 * @example
 * const items: string[] = [];
 * const server = await startSyncServer({
 *   functions: {
 *     "items:list": (_, identity) => (identity === null ? [] : [...items]),
 *     "items:add": (args) => items.push(String((args as { text: string }).text)),
 *   },
 * });
 * const convex = new ConvexReactClient(server.url);
 *
 * @throws Error `EADDRINUSE` when the port is taken
 */
export async function startSyncServer(options: SyncServerOptions = {}): Promise<SyncServer> {
  const { port = 0, verify = claimsOf, functions = {}, now = Date.now } = options;
  const http = createServer((_, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true });
  const sessions = new Map<WebSocket, Pick<SyncSession, "publish" | "expire">>();
  const answers = new Map<string, ServerMessage>();
  const received: ClientMessage[] = [];
  let refusals = 0;
  let time = 0;
  let gate = Promise.resolve();

  async function verifyOrRefuse(token: string): Promise<Identity> {
    await gate;
    if (refusals > 0) {
      refusals--;
      throw new Error("Could not validate token");
    }
    return verify(token);
  }

  function written(): number {
    time++;
    // After the answer to the mutation, which the client wants to see first.
    setImmediate(() => {
      for (const session of sessions.values()) void session.publish();
    });
    return time;
  }

  function open(socket: WebSocket): void {
    const onMessage = (message: ClientMessage) => received.push(message);
    const shared = { verify: verifyOrRefuse, functions, now, time: () => time, written, answers, onMessage };
    sessions.set(socket, openConnection(socket, shared));
    socket.on("close", () => sessions.delete(socket));
  }

  http.on("upgrade", (request, socket, head) => {
    if (!/^\/api\/[^/]+\/sync$/.test(request.url ?? "")) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, open);
  });
  http.listen(port, "127.0.0.1");
  await once(http, "listening");

  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    received,
    tokens: () => received.flatMap((message) => ("value" in message ? [message.value] : [])),
    connections: () => sessions.size,
    refuseNext: (times) => {
      refusals = times;
    },
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    expireAll: () => {
      for (const session of sessions.values()) session.expire("Token expired");
    },
    disconnectAll: () => {
      for (const socket of sessions.keys()) socket.terminate();
    },
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function claimsOf(token: string): Identity {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}
