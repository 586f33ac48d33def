import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { FeedMessage } from "@holdfast/protocol";
import { createSigner, type Signer } from "./signer.ts";

/** One follower's connection, at the server. */
export interface FeedPeer {
  /** What it sent as `Last-Event-ID`. */
  readonly lastEventId: string | undefined;
  send(message: FeedMessage, id?: string): void;
  /** Sends bytes as they are. */
  write(text: string): void;
  /** Cuts the connection. */
  cut(): void;
  /** Resolves when the other side has gone. */
  readonly closed: Promise<void>;
}

/** An issuer on a loopback port: metadata, keys, and a feed that the test speaks by hand. */
export interface FakeIssuer {
  readonly issuer: string;
  readonly signer: Signer;
  /** The next connection to the feed that was not waited for yet. */
  nextPeer(): Promise<FeedPeer>;
  /** What the key set holds from now on. */
  setKeys(...signers: Signer[]): void;
  /** Answers the feed with this status instead, until it is undefined again. */
  refuseFeed(status: number | undefined): void;
  close(): Promise<void>;
}

export async function startFakeIssuer(): Promise<FakeIssuer> {
  const signer = await createSigner("key-1");
  const arrived: FeedPeer[] = [];
  const waiting: ((peer: FeedPeer) => void)[] = [];
  let keys = [signer.jwk];
  let feedStatus: number | undefined;

  const server = createServer((request, response) => {
    const routes: Record<string, () => void> = {
      "/.well-known/oauth-authorization-server": () => sendJson(response, metadata),
      "/jwks": () => sendJson(response, { keys }),
      "/feed": () => (feedStatus ? response.writeHead(feedStatus).end() : accept(createPeer(request, response))),
    };
    const route = routes[request.url ?? ""];
    if (route) route();
    else response.writeHead(404).end();
  });

  function accept(peer: FeedPeer): void {
    const resolve = waiting.shift();
    if (resolve) resolve(peer);
    else arrived.push(peer);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const metadata = { issuer, jwks_uri: `${issuer}/jwks`, holdfast_feed_endpoint: `${issuer}/feed` };

  return {
    issuer,
    signer,
    nextPeer() {
      const peer = arrived.shift();
      return peer ? Promise.resolve(peer) : new Promise((resolve) => waiting.push(resolve));
    },
    setKeys(...signers) {
      keys = signers.map(({ jwk }) => jwk);
    },
    refuseFeed(status) {
      feedStatus = status;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function createPeer(request: IncomingMessage, response: ServerResponse): FeedPeer {
  response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  const lastEventId = request.headers["last-event-id"];
  return {
    lastEventId: typeof lastEventId === "string" ? lastEventId : undefined,
    send({ event, data }, id) {
      response.write(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    write: (text) => void response.write(text),
    cut: () => void response.destroy(),
    closed: new Promise((resolve) => response.once("close", resolve)),
  };
}

/** The feed's name for a session or a grant. */
export function digestOf(id: string): string {
  return createHash("sha256").update(id).digest("base64url");
}
