import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { AppError } from "./app-error.ts";

export interface ListenOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Asked first: answers what can be answered without being read, and says whether it did. */
  readonly answerEarly?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** 0 takes any free port. */
  readonly port: number;
  /** Default: every address. */
  readonly host?: string | undefined;
  /**
   * Whether this process is ours alone. Then its global `Request` and `Response` are replaced by ones that never become
   * streams on their way to the socket, which doubles what a node can serve. Default: no.
   */
  readonly ownsProcess?: boolean | undefined;
}

/** A listening HTTP server. */
export interface Listener {
  readonly port: number;
  /** From now on each answer is the last on its connection: whoever asks again makes a new one, perhaps elsewhere. */
  endKeepAlive(): void;
  /** Takes no more connections, lets requests under way finish for as long as told, then cuts the rest. */
  close(graceMs: number): Promise<void>;
}

// The load balancer's idle limit must be the shorter one (usually 60 s), or it sends into a closing connection.
const keepAliveMs = 75_000;
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const sweepEveryMs = 100;
// A connection that has said nothing for so long after the last was taken is not going to.
const silentMs = 1_000;

/**
 * Serves web-standard handlers over HTTP.
 *
 * @throws AppError `port_in_use`
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { fetch, answerEarly = () => false, port, host, ownsProcess = false } = options;
  const answer = getRequestListener(fetch as Parameters<typeof getRequestListener>[0], {
    overrideGlobalObjects: ownsProcess,
  });
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs },
    (request, response) => answerEarly(request, response) || answer(request, response),
  );
  const connections = watchConnections(server);
  let isKeptAlive = true;
  server.prependListener("request", (_request, response) => {
    response.shouldKeepAlive &&= isKeptAlive;
  });
  await bind(server, port, host);
  return {
    port: (server.address() as AddressInfo).port,
    endKeepAlive() {
      isKeptAlive = false;
    },
    close: (graceMs) => drain(server, connections, graceMs),
  };
}

function bind(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      if (cause.code !== "EADDRINUSE" && cause.code !== "EACCES") return reject(cause);
      const reason =
        cause.code === "EACCES" ? "needs more rights than this process has" : "is taken by another process";
      reject(new AppError("port_in_use", `Port ${port} ${reason}.`, { cause }));
    });
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
  });
}

function watchConnections(server: Server): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  return connections;
}

async function drain(server: Server, connections: ReadonlySet<Socket>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // One that still answered just now is idle later, and would wait for its next request.
  const sweep = setInterval(() => server.closeIdleConnections(), sweepEveryMs);
  // Browsers open connections ahead of need. To Node they are not idle: their first request is under way.
  const hush = setTimeout(() => destroySilent(connections), silentMs);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(hush);
  clearTimeout(cut);
}

function destroySilent(connections: Iterable<Socket>): void {
  for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
}
