import { createHash } from "node:crypto";
import type { ConfigInput } from "@holdfast/server";

export const audience = "https://api.example.com";
export const clientId = "honest";
/** A service that may do all that a service does by itself. */
export const office = { id: "office", secret: "the secret of the back office" } as const;

/** What every node of a drill is configured with. All nodes of one database have the same issuer and secret. */
export function faultConfig(issuer: string, schema: string): ConfigInput {
  return {
    issuer,
    secret: createHash("sha256").update("faults").digest("base64"),
    database: { schema },
    management: { port: 0 },
    // Nobody signs in: the operator makes the sessions.
    providers: [{ id: "nobody", issuer: "http://localhost:9", clientId: "faults" }],
    clients: [{ id: clientId, audience, refreshToken: "body", signin: { success: "http://localhost:9/" } }],
    services: [{ ...office, may: ["follow", "introspect", "revoke"] }],
    // A few people are the load of thousands.
    limits: { refreshesPerMinute: 100_000 },
    // Only where something stands in front of a node that has to notice.
    shutdown: { notice: 0 },
  };
}
