import type { Context, Hono } from "hono";
import type { Logger } from "../logging/logger.ts";
import type { RequestSource } from "./request-source.ts";

/** What every handler finds on its context. */
export interface RequestVariables {
  source: RequestSource;
  /** A logger that names the request. Most requests need none, and making one takes longer than reading them. */
  logger: () => Logger;
  /** The client the request is for, where that is not in the query. */
  clientId?: string;
}

export interface HttpEnvironment {
  Variables: RequestVariables;
}

export type HttpContext = Context<HttpEnvironment>;
export type HttpApp = Hono<HttpEnvironment>;
