import { EventEmitter } from "node:events";
import { sql } from "kysely";
import type pg from "pg";
import { sha256 } from "../crypto/digest.ts";
import type { Database } from "../storage/database.ts";

const listenAgainAfterMs = 1_000;

export interface HintsDeps {
  readonly database: Database;
  readonly onError: (error: unknown) => void;
}

/** Says from node to node that there is something new to read. A hint may get lost: nothing may depend on one. */
export interface Hints {
  announce(): void;
  /** Called at every hint, of this node or another. Returns the way to stop. */
  onAnnounced(listener: () => void): () => void;
  /** Whether hints of other nodes are heard just now. */
  readonly isListening: boolean;
  /** Waits until the last hint has gone out, and listens no more. */
  close(): Promise<void>;
}

export function createHints({ database, onError }: HintsDeps): Hints {
  const emitter = new EventEmitter();
  // A channel's name has at most 63 bytes, as has a schema's, which would leave no room for a prefix.
  const channel = `holdfast_${sha256(database.schema).toString("hex").slice(0, 16)}`;
  const listener = createListener({ database, channel, onHint: () => emitter.emit("announced"), onError });
  let notifying: Promise<void> = Promise.resolve();
  let isWaiting = false;

  // A statement of its own, never inside a transaction: NOTIFY takes a database-wide lock at commit. While one is on its
  // way, one more waits for all who come meanwhile.
  function notifyOtherNodes(): void {
    if (isWaiting) return;
    isWaiting = true;
    notifying = notifying
      .then(() => {
        isWaiting = false;
        // News of an end: like the end itself, it waits for nobody.
        return sql`select pg_notify(${channel}, '')`.execute(database.urgent.queries);
      })
      .then(() => undefined, onError);
  }

  return {
    announce() {
      emitter.emit("announced");
      notifyOtherNodes();
    },
    onAnnounced(heard) {
      emitter.on("announced", heard);
      return () => emitter.off("announced", heard);
    },
    get isListening() {
      return listener.isListening;
    },
    async close() {
      await notifying;
      await listener.close();
    },
  };
}

interface ListenerDeps extends HintsDeps {
  readonly channel: string;
  readonly onHint: () => void;
}

/** Listens for other nodes' hints, and again after the connection broke. */
function createListener({ database, channel, onHint, onError }: ListenerDeps) {
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let isListening = false;
  let connecting = listen();

  async function listen(): Promise<void> {
    try {
      const connected = await database.connect();
      client = connected;
      connected.on("notification", onHint);
      connected.on("end", listenAgain);
      await connected.query(`listen ${channel}`);
      isListening = true;
      // What was announced while nobody listened.
      onHint();
    } catch (error) {
      if (!isClosed) onError(error);
      listenAgain();
    }
  }

  function listenAgain(): void {
    isListening = false;
    if (isClosed || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      connecting = listen();
    }, listenAgainAfterMs);
    timer.unref();
  }

  return {
    get isListening() {
      return isListening;
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await connecting;
      await client?.end();
    },
  };
}
