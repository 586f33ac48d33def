import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { AppError } from "../http/app-error.ts";

/** Both families: a browser or Node's fetch may take either for "localhost", and the other must not be a stranger's. */
const localhost = ["127.0.0.1", "::1"];

/** What a machine without IPv6 answers; the other family is enough then. */
const familyMissing = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"]);

/** The loopback addresses that a host name stands for; none for any other host. */
export function loopbackAddresses(host: string): readonly string[] {
  if (host === "localhost") return localhost;
  const address = host.replace(/^\[(.*)\]$/, "$1");
  return localhost.includes(address) ? [address] : [];
}

/**
 * Listens on every address given, or on none.
 *
 * @throws AppError `port_in_use` if one of them is taken
 */
export async function listenOnLoopback(addresses: readonly string[], port: number, listener: RequestListener) {
  const servers: Server[] = [];
  const close = async () => {
    await Promise.all(servers.map(closeServer));
  };

  for (const address of addresses) {
    try {
      servers.push(await listen(address, port, listener));
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? "";
      if (familyMissing.has(code) && addresses.length > 1) continue;
      await close();
      if (code !== "EADDRINUSE") throw cause;
      throw new AppError("port_in_use", `Port ${port} on ${address} is taken.`, { cause });
    }
  }
  return { close };
}

async function listen(address: string, port: number, listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  server.listen(port, address);
  // Rejects with the server's "error" event.
  await once(server, "listening");
  return server;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
