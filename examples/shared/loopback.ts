import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";

/** "localhost" is either of them, as the browser or Node pleases; nobody else's server may answer on the other. */
const addresses = ["127.0.0.1", "::1"];

/** What a machine without one of the two families answers. */
const familyMissing = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"]);

/**
 * Serves a web-standard handler at `http://localhost:<port>`, reachable from this machine only.
 *
 * @throws Error `EADDRINUSE` when the port is taken
 */
export async function serveOnLoopback(fetch: Parameters<typeof getRequestListener>[0], port: number) {
  const listener = getRequestListener(fetch);
  const servers: Server[] = [];
  const close = async () => {
    await Promise.all(servers.map(closeServer));
  };

  for (const address of addresses) {
    try {
      servers.push(await listen(address, port, listener));
    } catch (error) {
      if (familyMissing.has((error as NodeJS.ErrnoException).code ?? "")) continue;
      await close();
      throw error;
    }
  }
  if (servers.length === 0) throw new Error("This machine has no loopback address.");
  return { close };
}

async function listen(address: string, port: number, listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  server.listen(port, address);
  await once(server, "listening");
  return server;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // A browser keeps its connections open; a companion must not wait for it.
  server.closeAllConnections();
  await closed;
}
