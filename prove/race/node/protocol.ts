import type { DatabaseConnection } from "@holdfast/server";
import type { Breakage } from "./breakage.ts";

/** What a node under test is started with: JSON in the environment variable `HOLDFAST_RACE_NODE`. */
export interface NodeSettings {
  readonly index: number;
  readonly issuer: string;
  readonly port: number;
  readonly connection: DatabaseConnection;
  readonly schema: string;
  readonly secrets: readonly [string, string];
  readonly clients: readonly RaceClient[];
  /** What is broken on purpose, to see that it is found. */
  readonly breakage: Breakage | null;
}

/** A client as it is registered. */
export interface RaceClient {
  readonly id: string;
  /** Seconds. */
  readonly overlap: number;
}

/** Where a node is to die: before it sends the statement, with the statement under way, or with the result in its hands. */
export const failpoints = ["before the statement", "in the statement", "before the answer"] as const;
export type Failpoint = (typeof failpoints)[number];

export type Task =
  | { readonly do: "start"; readonly client: string; readonly person: string }
  | { readonly do: "revoke"; readonly session: string }
  | { readonly do: "die"; readonly at: Failpoint };

/** A new session and its grant. */
export interface Started {
  readonly session: string;
  readonly grant: string;
  readonly refreshToken: string;
  readonly cookie: string;
}

export interface TaskMessage {
  readonly number: number;
  readonly task: Task;
}

export interface ReplyMessage {
  readonly number: number;
  readonly error?: string;
  readonly result?: unknown;
}

/** The first message of a node: it listens. */
export const readyMessage = "ready";
