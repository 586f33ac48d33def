/** Two nodes of one instance on one database, as an operator runs them. */
import type { ConfigInput } from "@holdfast/server";
import { type HoldfastProcess, startHoldfastProcess } from "../support/holdfast-process.ts";

/** The service that ends sessions, and asks about tokens. */
export const service = { id: "back-office", secret: "a-secret-of-the-back-office" };

export const authorization = `Basic ${Buffer.from(`${service.id}:${service.secret}`).toString("base64")}`;

export interface Nodes {
  readonly issuer: string;
  /** Where sessions are ended. */
  readonly one: HoldfastProcess;
  readonly other: HoldfastProcess;
  stop(): Promise<void>;
}

export interface NodesOptions {
  readonly databaseUrl: string;
  readonly schema: string;
  /** Of NATS, where news is to travel that way as well. */
  readonly natsUrl?: string | undefined;
}

export async function startNodes({ databaseUrl, schema, natsUrl }: NodesOptions): Promise<Nodes> {
  const config: ConfigInput = {
    services: [{ ...service, may: ["revoke", "introspect"] }],
    logs: { level: "warn" },
    feed: natsUrl === undefined ? {} : { nats: { url: natsUrl } },
  };
  const one = await startHoldfastProcess({ databaseUrl, schema, config });
  const issuer = `http://localhost:${one.port}`;
  const other = await startHoldfastProcess({ databaseUrl, schema, config: { ...config, issuer } });
  return {
    issuer,
    one,
    other,
    async stop() {
      await other.stop();
      await one.stop();
    },
  };
}
