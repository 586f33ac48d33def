import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { EmbeddedPostgres } from "@holdfast/server";

type Connection = EmbeddedPostgres["connection"];

/** Stands before PostgreSQL, and holds back what it answers. */
export interface SlowDatabase {
  /** Through here. */
  readonly connection: Connection;
  readonly connections: number;
  /** From now on every answer comes so much later. */
  delay(milliseconds: number): void;
  close(): Promise<void>;
}

export async function startSlowDatabase(behind: Connection): Promise<SlowDatabase> {
  const sockets = new Set<Socket>();
  let delayMs = 0;
  const server = createServer({ noDelay: true }, (near) => {
    const far = behind.host.startsWith("/")
      ? connect({ path: `${behind.host}/.s.PGSQL.${behind.port}` })
      : connect({ host: behind.host, port: behind.port, noDelay: true });
    near.on("data", (bytes) => far.write(bytes));
    let latest = 0;
    far.on("data", (bytes) => {
      // Never before what came earlier.
      latest = Math.max(latest, performance.now() + delayMs);
      setTimeout(() => near.write(bytes), Math.max(0, latest - performance.now()));
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        setTimeout(() => other.destroy(), Math.max(0, latest - performance.now()));
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    connection: { ...behind, host: "127.0.0.1", port: (server.address() as AddressInfo).port },
    get connections() {
      return sockets.size / 2;
    },
    delay(milliseconds) {
      delayMs = milliseconds;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
