import type { FeedMessage } from "@holdfast/protocol";
import { sha256 } from "../crypto/digest.ts";
import type { TestInstance } from "../testing/instance.ts";

/** A message as it came, with its cursor. */
export type Heard = FeedMessage & { readonly id: string | null };

/** A service that follows the feed. Every wait is for data, and bounded. */
export interface TestFollower {
  /** Everything so far. */
  readonly heard: readonly Heard[];
  /** The last cursor so far: what `Last-Event-ID` would carry. */
  readonly lastId: string;
  /** The first message that fits, already heard or still to come. */
  until(fits: (message: Heard) => boolean, withinMs?: number): Promise<Heard>;
  /** Waits for the news of a session's end. */
  untilRevoked(sessionId: string, withinMs?: number): Promise<Heard>;
  /** Waits until what was missed has been told: the first tick ends it. */
  caughtUp(): Promise<Heard>;
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export function digestOf(id: string): string {
  return sha256(id).toString("base64url");
}

/** The digests of revoked sessions, in the order they were heard. */
export function revokedSessions(heard: readonly Heard[]): string[] {
  return heard.flatMap((message) =>
    message.event === "revoked" && message.data.subject === "session" ? [message.data.digest] : [],
  );
}

interface FollowOptions {
  /** Sent as `Last-Event-ID`. */
  readonly cursor?: string;
  readonly query?: string;
  /** Default: over the network. */
  readonly ask?: (request: Request) => Response | Promise<Response>;
}

export async function followFeed(
  { issuer }: Pick<TestInstance, "issuer">,
  { cursor, query = "", ask = fetch }: FollowOptions = {},
): Promise<TestFollower> {
  const abort = new AbortController();
  const headers = cursor === undefined ? {} : { "Last-Event-ID": cursor };
  const response = await ask(new Request(`${issuer}/feed${query}`, { headers, signal: abort.signal }));
  if (!response.ok || !response.body) throw new Error(`the feed answered ${response.status}`);
  return readFeedStream(response.body, async () => abort.abort());
}

export function readFeedStream(body: ReadableStream<Uint8Array>, close: () => Promise<void>): TestFollower {
  const heard: Heard[] = [];
  const waiting = new Set<() => void>();
  const reader = body.getReader();
  const decoder = new TextDecoder();

  async function readAll(): Promise<void> {
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const blocks = (rest + decoder.decode(part.value, { stream: true })).split("\n\n");
      rest = blocks.pop() ?? "";
      heard.push(...blocks.map(parseBlock));
      for (const look of waiting) look();
    }
  }

  function until(fits: (message: Heard) => boolean, withinMs = 3_000): Promise<Heard> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = heard.find(fits);
        if (!found) return;
        waiting.delete(look);
        clearTimeout(timer);
        resolve(found);
      };
      const timer = setTimeout(() => {
        waiting.delete(look);
        reject(new Error(`not heard within ${withinMs} ms; heard ${JSON.stringify(heard)}`));
      }, withinMs);
      waiting.add(look);
      look();
    });
  }

  return {
    heard,
    get lastId() {
      return heard.findLast(({ id }) => id !== null)?.id ?? "";
    },
    until,
    untilRevoked: (id, withinMs) =>
      until((message) => message.event === "revoked" && message.data.digest === digestOf(id), withinMs),
    caughtUp: () => until(({ event }) => event === "tick"),
    ended: readAll().catch(() => undefined),
    async close() {
      // Not by the signal alone: a fetch whose request was garbage-collected does not hear it.
      await reader.cancel().catch(() => undefined);
      await close();
    },
  };
}

function parseBlock(block: string): Heard {
  const fields = new Map(
    block.split("\n").map((line): [string, string] => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const message = { event: fields.get("event"), data: JSON.parse(fields.get("data") ?? "null") } as FeedMessage;
  return { ...message, id: fields.get("id") ?? null };
}
