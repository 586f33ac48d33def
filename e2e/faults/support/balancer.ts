import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A load balancer as simple as they come: connections in turn to the nodes whose `/readyz` says 200. */
export interface Balancer {
  readonly port: number;
  /** The nodes behind it, by port. */
  readonly ready: ReadonlySet<number>;
  close(): Promise<void>;
}

const lookEveryMs = 200;

export async function startBalancer(nodePorts: readonly number[]): Promise<Balancer> {
  const ready = new Set<number>();
  const sockets = new Set<Socket>();
  let turn = 0;

  async function look(port: number): Promise<void> {
    const isReady = await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { Connection: "close" } }).then(
      async (response) => {
        await response.body?.cancel();
        return response.ok;
      },
      () => false,
    );
    if (isReady) ready.add(port);
    else ready.delete(port);
  }

  /** To the next node; where that takes no connection, to the one after it. */
  function pass(near: Socket, attemptsLeft: number): void {
    const ports = [...ready];
    const port = ports[turn++ % Math.max(1, ports.length)];
    if (port === undefined || near.destroyed) return void near.destroy();
    const far = connect({ port, host: "127.0.0.1", noDelay: true });
    sockets.add(far);
    far.once("connect", () => near.pipe(far).pipe(near));
    far.on("error", () => {
      if (far.bytesRead === 0 && attemptsLeft > 0 && near.bytesRead === 0) pass(near, attemptsLeft - 1);
      else near.destroy();
    });
    far.on("close", () => sockets.delete(far));
    near.on("close", () => far.destroy());
  }

  const server = createServer({ noDelay: true }, (near) => {
    sockets.add(near);
    near.on("error", () => undefined);
    near.on("close", () => sockets.delete(near));
    pass(near, nodePorts.length);
  });
  server.listen(0);
  await once(server, "listening");
  const lookAtAll = () => Promise.all(nodePorts.map(look));
  await lookAtAll();
  const timer = setInterval(() => void lookAtAll(), lookEveryMs);

  return {
    port: (server.address() as AddressInfo).port,
    ready,
    async close() {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
