import { once } from "node:events";
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** `refuse`: the connection is cut before anything is passed on. `lose`: passed on, but the answer never arrives. */
export type RelayFault = "refuse" | "lose" | { readonly status: number; readonly body: string };

/** Stands between a client and a server that speak HTTP, counts, and lets some of it go wrong. */
export interface HttpRelay {
  readonly origin: string;
  /** What becomes of the requests that begin with this path; null for nothing out of the ordinary. */
  break(path: string, fault: RelayFault | null): void;
  /** Requests for this path so far, those that were broken included. */
  count(path: string): number;
  close(): Promise<void>;
}

export async function startHttpRelay(target: string): Promise<HttpRelay> {
  const faults = new Map<string, RelayFault>();
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", target);
    counts.set(pathname, (counts.get(pathname) ?? 0) + 1);
    const [, fault] = [...faults].find(([path]) => pathname.startsWith(path)) ?? [];
    if (fault === "refuse") request.socket.destroy();
    else if (typeof fault === "object")
      response.writeHead(fault.status, { "content-type": "text/html" }).end(fault.body);
    else pass(request, response, target, fault === "lose");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    break(path, fault) {
      if (fault === null) faults.delete(path);
      else faults.set(path, fault);
    },
    count: (path) => counts.get(path) ?? 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function pass(request: IncomingMessage, response: ServerResponse, target: string, isLost: boolean): void {
  const { host } = new URL(target);
  const { method, headers } = request;
  const onwards = forward(new URL(request.url ?? "/", target), { method, headers: { ...headers, host } }, (answer) => {
    if (isLost) {
      answer.resume();
      answer.on("end", () => request.socket.destroy());
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onwards.on("error", () => request.socket.destroy());
  response.on("close", () => onwards.destroy());
  request.pipe(onwards);
}
