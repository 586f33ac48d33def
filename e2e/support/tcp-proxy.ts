import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Stands between two that talk, and lets their network fail. */
export interface TcpProxy {
  readonly origin: string;
  /** Connections that were made so far. */
  readonly connections: number;
  /** Ends every connection, as a restarted proxy does. */
  cut(): void;
  /** From now on nothing passes, and nobody is told: a half-open connection. */
  swallow(): void;
  /** New connections pass again; those of before stay dead. */
  recover(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let isSwallowing = false;
  const server = createServer((near) => {
    connections += 1;
    const far = connect({ port: targetPort, host: "127.0.0.1" });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      let isDead = isSwallowing;
      from.on("data", (bytes) => {
        isDead ||= isSwallowing;
        if (!isDead) to.write(bytes);
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        if (!isDead && !isSwallowing) to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    cut,
    swallow() {
      isSwallowing = true;
    },
    recover() {
      // The heartbeat of a dead one would bring it back to life.
      for (const socket of sockets) socket.pause();
      isSwallowing = false;
    },
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
