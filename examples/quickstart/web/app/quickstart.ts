/** The page's parts: the client, and what is watched of it. */
import { type AuthClient, browserEnv, createAuthClient } from "@holdfast/client";
import { followSession } from "@holdfast/client/push";
import { createContext, useContext } from "react";
import type { PageConfig } from "./config.ts";
import { type HeldToken, holdTokens, type Moment } from "./held-token.ts";
import { type JournalKeeper, keepJournal } from "./journal.ts";
import { createStore, type Store } from "./store.ts";
import { createWire, lastTo, type Wire } from "./wire.ts";

export interface Quickstart {
  readonly config: PageConfig;
  readonly client: AuthClient;
  readonly wire: Wire;
  readonly held: Store<HeldToken | null>;
  readonly journal: JournalKeeper["journal"];
  readonly expect: JournalKeeper["expect"];
  readonly now: () => Moment;
  /** What those hear who do not see the page. */
  readonly announcement: Store<string>;
  /** The page that explains an error code. */
  errorUrl(code: string): string;
}

export function createQuickstart(config: PageConfig): Quickstart {
  const { issuer, clientId } = config;
  const page = browserEnv();
  const wire = createWire(page.fetch, page.monotonicNow);

  // This is all that an app needs; `env` only because this page wants to watch.
  const client = createAuthClient({ issuer, clientId, env: { ...page, fetch: wire.fetch } });
  // A revocation is heard at once, and not at the next refresh.
  followSession(client, { issuer, clientId });

  const now = () => ({ wall: page.wallNow(), monotonic: page.monotonicNow() });

  function refreshTook(): number | null {
    const answer = lastTo(wire.exchanges.get(), `${issuer}/refresh`)?.answer;
    return typeof answer === "object" ? answer.tookMs : null;
  }

  return {
    ...{ config, client, wire, now },
    ...keepJournal({ client, now: page.wallNow, refreshTook }),
    held: holdTokens(client, now),
    announcement: createStore(""),
    errorUrl: (code) => `${issuer}/errors/${encodeURIComponent(code)}`,
  };
}

export const QuickstartContext = createContext<Quickstart | null>(null);

export function useQuickstart(): Quickstart {
  const quickstart = useContext(QuickstartContext);
  if (quickstart === null) throw new Error("This component belongs into the quickstart.");
  return quickstart;
}
