import { spine } from "./0001-spine.ts";
import { eventWeeks } from "./0002-event-weeks.ts";
import { webhooks } from "./0003-webhooks.ts";
import { feedClaims } from "./0004-feed-claims.ts";
import { databaseEpochs } from "./0005-database-epochs.ts";
import { usage } from "./0007-usage.ts";
import { signals } from "./0008-signals.ts";
import { feedTellings } from "./0009-feed-tellings.ts";
import { whatIsStillToBeHeard } from "./0010-what-is-still-to-be-heard.ts";
import { feedAccounts } from "./0011-feed-accounts.ts";

export interface Migration {
  /** Ordered, never reused. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** The one timeline of the schema, forward only. A migration that has shipped is never edited. */
export const migrations: readonly Migration[] = [
  { version: 1, name: "spine", sql: spine },
  { version: 2, name: "event-weeks", sql: eventWeeks },
  { version: 3, name: "webhooks", sql: webhooks },
  { version: 4, name: "feed-claims", sql: feedClaims },
  { version: 5, name: "database-epochs", sql: databaseEpochs },
  { version: 7, name: "usage", sql: usage },
  { version: 8, name: "signals", sql: signals },
  { version: 9, name: "feed-tellings", sql: feedTellings },
  { version: 10, name: "what-is-still-to-be-heard", sql: whatIsStillToBeHeard },
  { version: 11, name: "feed-accounts", sql: feedAccounts },
];
