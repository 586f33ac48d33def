/**
 * The storage mode `dpop`: the refresh token in IndexedDB, bound to a key that no script can read out (RFC 9449).
 *
 * @packageDocumentation
 */
import type { CredentialMode } from "../credential.ts";
import { createDpopCredential } from "./credential.ts";

/**
 * For `createAuthClient({ storage: dpop })`.
 *
 * @example
 * import { createAuthClient } from "@holdfast/client";
 * import { dpop } from "@holdfast/client/dpop";
 *
 * const client = createAuthClient({ issuer: "https://login.example.com", clientId: "app", storage: dpop });
 */
export const dpop: CredentialMode = { mode: "dpop", create: createDpopCredential };
