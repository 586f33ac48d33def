import { createAuthClient } from "../create-auth-client.ts";
import type { CreateClient } from "./world-options.ts";

/** What runs in the tabs unless something else is asked for: the real client. */
export const defaultClient: CreateClient = ({ env, issuer, clientId }, storage) =>
  createAuthClient({ issuer, clientId, storage, env });
