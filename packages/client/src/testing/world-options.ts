import type { AuthClient, AuthClientOptions, StorageMode } from "../auth-client.ts";
import type { Milliseconds } from "../env.ts";
import type { BrowserFeatures } from "./browser.ts";
import type { VirtualPage } from "./virtual-document.ts";
import type { ControlledServer, VirtualServer } from "./virtual-server.ts";

/** Makes the client that runs in each page; `storage` is as `createAuthClient` takes it. */
export type CreateClient = (page: VirtualPage, storage: AuthClientOptions["storage"]) => AuthClient;

/** What a world is like when it begins. Everything has a default. */
export interface WorldOptions {
  /** The same seed, the same world. Default: 1. */
  readonly seed?: number;
  /** Where refresh tokens are kept. Default: `cookie`. */
  readonly storage?: StorageMode;
  /** What runs in the tabs. Default: `createAuthClient`. */
  readonly client?: CreateClient;
  /** What the browser has; all of it by default. */
  readonly browser?: Partial<BrowserFeatures>;
  /** How far the computer's wall clock is ahead of the truth, in milliseconds. Default: 0. */
  readonly skew?: Milliseconds;
  /** How far the server's clock is ahead of the truth, in milliseconds. Default: 0. */
  readonly serverSkew?: Milliseconds;
  /** How long access tokens live, in milliseconds. Default: 5 minutes. */
  readonly access?: Milliseconds;
  /** For how long a replaced refresh token still answers, in milliseconds. Default: 30 seconds. */
  readonly overlap?: Milliseconds;
  /** Default: `https://login.example.com`. */
  readonly issuer?: string;
  /** The app's origin. Default: `https://app.example.com`. */
  readonly app?: string;
  /** Default: `https://api.example.com`. */
  readonly api?: string;
  /** The server, in place of the one in memory. Default: the reference server. */
  readonly server?: VirtualServer;
}

export interface WorldSettings extends Required<Omit<WorldOptions, "browser" | "server" | "client">> {
  readonly browser: BrowserFeatures;
  readonly client: CreateClient;
  readonly server: VirtualServer | null;
}

/** Whether a script can reach behind it, as behind the reference server. */
export const isControlled = (server: VirtualServer): server is ControlledServer => "presentStolen" in server;
