/** What the client said, in the order it said it: the events of `client.on`, in words. */
import type { AuthClient, AuthError, AuthEvents } from "@holdfast/client";
import { createStore, type Store } from "./store.ts";

export interface JournalEntry {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: "refreshed" | "other-tab" | "trouble" | "warning" | "ended";
  readonly badge: string;
  readonly text: string;
  /** Milliseconds that the request took, where there was one. */
  readonly tookMs: number | null;
  /** How often it came in a row. */
  readonly times: number;
}

export interface Journal {
  /** The newest first. */
  readonly entries: readonly JournalEntry[];
  /** What is wrong now; null when nothing is. */
  readonly trouble: AuthError | null;
  readonly warning: AuthError | null;
  readonly ending: (AuthEvents["ended"] & { readonly at: number }) | null;
  /** How often the server has replaced the session's token since this page knows it. */
  readonly renewals: number;
}

export interface JournalKeeper {
  readonly journal: Store<Journal>;
  /** Says why the next token comes, where the page has asked for it. */
  expect(cause: string): void;
}

export interface JournalDeps {
  readonly client: Pick<AuthClient, "on">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds that the last refresh took. */
  readonly refreshTook: () => number | null;
}

const lines = 8;

export function keepJournal({ client, now, refreshTook }: JournalDeps): JournalKeeper {
  const journal = createStore<Journal>({ entries: [], trouble: null, warning: null, ending: null, renewals: -1 });
  let cause: string | null = "when this page opened";
  let sid: string | null = null;
  let lastId = 0;

  type Line = Pick<JournalEntry, "kind" | "badge" | "text">;

  function write(line: Line, change: Partial<Journal>, tookMs: number | null = null): void {
    const before = journal.get();
    const [newest, ...older] = before.entries;
    const isAgain = newest !== undefined && newest.kind === line.kind && newest.badge === line.badge;
    const rest = isAgain ? older : before.entries;
    const entry = { ...line, id: ++lastId, at: now(), tookMs, times: isAgain ? newest.times + 1 : 1 };
    journal.set({ ...before, ...change, entries: [entry, ...rest].slice(0, lines) });
  }

  client.on("token", (event) => {
    const isSame = event.sid === sid;
    sid = event.sid;
    const badge = `generation ${event.generation}`;
    const renewals = isSame ? journal.get().renewals : -1;
    const change = { trouble: null, ending: null };
    if (event.from === "tab") {
      const text = "From another tab: no request was made";
      write({ kind: "other-tab", badge, text }, { ...change, renewals: Math.max(renewals, 0) });
    } else {
      const text = `A new token, ${cause ?? "by itself"}`;
      write({ kind: "refreshed", badge, text }, { ...change, renewals: renewals + 1 }, refreshTook());
    }
    cause = null;
  });
  client.on("trouble", (trouble) => {
    const text = "No answer that decides anything: the client tries again";
    write({ kind: "trouble", badge: trouble.code, text }, { trouble });
  });
  client.on("warning", (warning) => {
    write({ kind: "warning", badge: warning.code, text: warning.message }, { warning });
  });
  client.on("ended", (event) => {
    cause = null;
    const ending = { ...event, at: now() };
    write({ kind: "ended", badge: event.reason, text: endings[event.by] }, { trouble: null, ending });
  });

  return {
    journal,
    expect: (next) => {
      cause = next;
    },
  };
}

const endings: Readonly<Record<AuthEvents["ended"]["by"], string>> = {
  server: "Holdfast refused for good",
  tab: "Ended in another tab",
  person: "Signed out here",
};
