import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

// Below what the kernel gives to outgoing connections: those of a drill's load would take it before the node does.
const ports = { least: 20_000, most: 32_000 };
const attempts = 50;

/** A port on which nobody listens, and which nobody gets by chance. */
export async function quietPort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = randomInt(ports.least, ports.most);
    const server = createServer().listen(port);
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
  throw new Error("no port is free");
}
