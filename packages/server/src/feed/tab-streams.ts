import type { SessionMessage } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import { AppError } from "../http/app-error.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { encodeMessages } from "./delivery.ts";
import type { FeedEntry } from "./entry.ts";
import { createFollower, type Follower, type Wire } from "./followers.ts";
import { afterNews, keyFor, keyOfEntry, keysOf, type TabIdentity, toMessages } from "./tab-news.ts";

// A browser needs one for each app; more are those of tabs that are gone and whose connections nobody has closed yet.
const mostOfOneSession = 8;
const turnMs = 1_000;

export interface TabRequest {
  /** The session it says it is of. */
  readonly sessionId: string;
  /**
   * Finds out whether it is, and what else it is told of.
   *
   * @throws AppError when it is not
   */
  readonly identify: () => Promise<TabIdentity>;
  readonly wire?: Wire | undefined;
}

export interface TabStreamsDeps {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly onError: (error: unknown) => void;
  readonly settings: {
    /** Seconds, whole. */
    readonly tabHeartbeat: number;
    /** Open streams of this node. */
    readonly maxTabs: number;
  };
}

/** The streams of open tabs: each hears what concerns its own session, at the cost of a look into a map for each line. */
export interface TabStreams {
  /** @throws AppError `rate_limited` when this node has too many, and what `identify` throws */
  open(request: TabRequest): Promise<ReadableStream>;
  tell(entries: readonly FeedEntry[]): void;
  /** Open streams. */
  readonly size: number;
  /** Ends all of them: whoever follows comes back, to another node where there is one. */
  close(): void;
}

interface Tab {
  readonly request: TabRequest;
  /** What it hears of. */
  keys: readonly string[];
  identity: TabIdentity | null;
  follower: Follower | null;
  /** What happened between its coming and its first words. */
  early: FeedEntry[];
}

export function createTabStreams({ clock, metrics, onError, settings }: TabStreamsDeps): TabStreams {
  const { tabHeartbeat, maxTabs } = settings;
  const tabs = new Set<Tab>();
  const byKey = new Map<string, Set<Tab>>();
  // Not all at once: with thousands, nobody else would have a turn meanwhile.
  const turns = Array.from({ length: tabHeartbeat }, () => new Set<Tab>());
  let nextTurn = 0;
  let isClosed = false;
  metrics.gauge(
    "holdfast_tab_streams",
    "Open tabs that hear of their own session's news on this node.",
    () => tabs.size,
  );
  const heart = setInterval(beat, turnMs).unref();

  function listen(tab: Tab, keys: readonly string[]): void {
    for (const key of tab.keys) if (!keys.includes(key)) unlisten(tab, key);
    for (const key of keys) byKey.set(key, (byKey.get(key) ?? new Set()).add(tab));
    tab.keys = keys;
  }

  function unlisten(tab: Tab, key: string): void {
    const set = byKey.get(key);
    set?.delete(tab);
    if (set?.size === 0) byKey.delete(key);
  }

  function forget(tab: Tab): void {
    listen(tab, []);
    tabs.delete(tab);
    for (const turn of turns) turn.delete(tab);
  }

  function beat(): void {
    nextTurn = (nextTurn + 1) % turns.length;
    const now = clock.now();
    const tick = encodeMessages([{ event: "tick", data: { server_time_ms: now } }]);
    for (const tab of turns[nextTurn] ?? []) {
      if (tab.identity && tab.identity.expiresAt.getTime() <= now) endExpired(tab, tab.identity.expiresAt);
      else tab.follower?.send(tick);
    }
  }

  /** Of this end alone there is no line in the log at its time. */
  function endExpired(tab: Tab, at: Date): void {
    end(tab, { event: "revoked", data: { subject: "session", reason: "session_expired", at_ms: at.getTime() } });
  }

  function end({ follower }: Tab, ...messages: readonly SessionMessage[]): void {
    follower?.send(encodeMessages(messages));
    follower?.close();
  }

  function hear(tab: Tab, entries: readonly FeedEntry[]): void {
    if (!tab.follower || !tab.identity) {
      tab.early.push(...entries);
      return;
    }
    const messages = entries.flatMap(toMessages);
    const identity = afterNews(tab.identity, entries);
    if (!identity) {
      end(tab, ...messages);
      return;
    }
    tab.identity = identity;
    tab.follower.send(encodeMessages(messages));
    // The session's own claims are those of its grants: one may act for another account now.
    const isSwitch = messages.some(({ event, data }) => event === "claims_changed" && data.subject === "session");
    if (isSwitch) void identify(tab).catch(onError);
  }

  async function identify(tab: Tab): Promise<void> {
    const identity = await tab.request.identify();
    tab.identity = identity;
    // It may have left meanwhile.
    if (tabs.has(tab)) listen(tab, keysOf(identity));
  }

  function assertRoom(): void {
    if (isClosed) throw new AppError("temporarily_unavailable");
    if (tabs.size >= maxTabs) {
      throw new AppError("rate_limited", "Too many tabs follow this node.", { retryAfterSeconds: 60 });
    }
  }

  /** For a tab that has proved whose it is, and for no other: the oldest of its session gives up its place. */
  function makeRoomFor({ request }: Tab): void {
    const own = [...(byKey.get(keyFor("session", request.sessionId)) ?? [])].filter(
      ({ follower }) => follower !== null,
    );
    if (own.length >= mostOfOneSession) own[0]?.follower?.cut("displaced");
  }

  return {
    async open(request) {
      assertRoom();
      const tab: Tab = { request, keys: [], identity: null, follower: null, early: [] };
      tabs.add(tab);
      // It listens before it looks: what happens in between is heard.
      listen(tab, [keyFor("session", request.sessionId)]);
      try {
        await identify(tab);
        if (isClosed) throw new AppError("temporarily_unavailable");
      } catch (error) {
        forget(tab);
        throw error;
      }
      makeRoomFor(tab);
      const { follower, body } = createFollower({ onEnded: () => forget(tab), wire: request.wire });
      tab.follower = follower;
      turns[tabs.size % turns.length]?.add(tab);
      const hello = { server_time_ms: clock.now(), heartbeat_seconds: tabHeartbeat };
      follower.send(encodeMessages([{ event: "hello", data: hello }]));
      if (tab.early.length > 0) hear(tab, tab.early.splice(0));
      return body;
    },
    tell(entries) {
      if (tabs.size === 0) return;
      const heard = new Map<Tab, FeedEntry[]>();
      for (const entry of entries) {
        for (const tab of byKey.get(keyOfEntry(entry)) ?? []) heard.set(tab, [...(heard.get(tab) ?? []), entry]);
      }
      for (const [tab, its] of heard) hear(tab, its);
    },
    get size() {
      return tabs.size;
    },
    close() {
      isClosed = true;
      clearInterval(heart);
      for (const tab of [...tabs]) tab.follower?.close();
    },
  };
}
