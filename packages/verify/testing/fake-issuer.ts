import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { FeedMessage, FeedPollAnswer } from "@holdfast/protocol";
import { createSigner, type Signer } from "./signer.ts";

/** One follower's connection, at the server. */
export interface FeedPeer {
  /** What it sent as `Last-Event-ID`. */
  readonly lastEventId: string | undefined;
  /** What it sent as `Authorization`. */
  readonly authorization: string | undefined;
  send(message: FeedMessage, id?: string): void;
  /** Sends bytes as they are. */
  write(text: string): void;
  /** Cuts the connection. */
  cut(): void;
  /** Resolves when the other side has gone. */
  readonly closed: Promise<void>;
}

/** A POST, at the server. */
export interface FakePost {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** A status, or what is answered as JSON. */
export type PostAnswer = (post: FakePost) => number | object | Promise<number | object>;

/** An issuer on a loopback port: metadata, keys, and a feed that the test speaks by hand. */
export interface FakeIssuer {
  readonly issuer: string;
  readonly signer: Signer;
  /** The next connection to the feed that was not waited for yet. */
  nextPeer(): Promise<FeedPeer>;
  /** What the key set holds from now on. */
  setKeys(...signers: Signer[]): void;
  /** Answers the feed with this status instead, until it is undefined again. */
  refuseFeed(status: number | undefined, headers?: Record<string, string>): void;
  /** Holds event streams back, as some proxies do, and answers polls with these, one after the other; then hangs. */
  holdStreamsBack(...answers: FeedPollAnswer[]): void;
  readonly heldStreams: number;
  /** The query of every poll, in order. */
  readonly polls: readonly string[];
  /** Every POST, in order. */
  readonly posts: readonly FakePost[];
  /** What a POST to that path is answered from now on; nothing until then. */
  answerPosts(path: "/introspect" | "/usage", answer: PostAnswer): void;
  close(): Promise<void>;
}

export async function startFakeIssuer(): Promise<FakeIssuer> {
  const signer = await createSigner("key-1");
  const arrived: FeedPeer[] = [];
  const waiting: ((peer: FeedPeer) => void)[] = [];
  let keys = [signer.jwk];
  let feedRefusal: { readonly status: number; readonly headers: Record<string, string> } | undefined;
  const posts: FakePost[] = [];
  const polls: string[] = [];
  let heldStreams = 0;
  let pollAnswers: FeedPollAnswer[] | undefined;
  const postAnswers = new Map<string, PostAnswer>();

  async function answerPost(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization, "content-type": contentType } = request.headers;
    const post = { path: request.url ?? "", authorization, contentType, body: await text(request) };
    posts.push(post);
    // Without an answer it hangs, as a dead issuer does.
    const answer = await postAnswers.get(post.path)?.(post);
    if (typeof answer === "number") response.writeHead(answer).end();
    else if (answer) sendJson(response, answer);
  }

  function answerFeed(request: IncomingMessage, response: ServerResponse): void {
    const { search, searchParams } = new URL(request.url ?? "", issuer);
    if (searchParams.has("wait")) {
      polls.push(search);
      const answer = pollAnswers?.shift();
      if (answer) sendJson(response, answer);
    } else if (pollAnswers) {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      heldStreams += 1;
    } else if (feedRefusal) response.writeHead(feedRefusal.status, feedRefusal.headers).end();
    else accept(createPeer(request, response));
  }

  const server = createServer((request, response) => {
    if (request.method === "POST") return void answerPost(request, response);
    const routes: Record<string, () => void> = {
      "/.well-known/oauth-authorization-server": () => sendJson(response, metadata),
      "/jwks": () => sendJson(response, { keys }),
      "/feed": () => answerFeed(request, response),
    };
    const route = routes[new URL(request.url ?? "", issuer).pathname];
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
  const metadata = {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    introspection_endpoint: `${issuer}/introspect`,
    holdfast_feed_endpoint: `${issuer}/feed`,
    holdfast_usage_endpoint: `${issuer}/usage`,
  };

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
    refuseFeed(status, headers = {}) {
      feedRefusal = status === undefined ? undefined : { status, headers };
    },
    holdStreamsBack(...answers) {
      pollAnswers = answers;
    },
    get heldStreams() {
      return heldStreams;
    },
    polls,
    posts,
    answerPosts: (path, answer) => void postAnswers.set(path, answer),
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
  const { "last-event-id": lastEventId, authorization } = request.headers;
  return {
    authorization,
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
