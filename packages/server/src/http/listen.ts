import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { AppError } from "./app-error.ts";

export interface ListenOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** 0 takes any free port. */
  readonly port: number;
  /** Default: every address. */
  readonly host?: string | undefined;
}

/** A listening HTTP server. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections, lets requests under way finish for as long as told, then cuts the rest. */
  close(graceMs: number): Promise<void>;
}

// The load balancer's idle limit must be the shorter one (usually 60 s), or it sends into a closing connection.
const keepAliveMs = 75_000;
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;

/**
 * Serves web-standard handlers over HTTP.
 *
 * @throws AppError `port_in_use`
 */
export async function listen({ fetch, port, host }: ListenOptions): Promise<Listener> {
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs },
    getRequestListener(fetch as Parameters<typeof getRequestListener>[0], { overrideGlobalObjects: false }),
  );
  await bind(server, port, host);
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs) => drain(server, graceMs),
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

async function drain(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}
