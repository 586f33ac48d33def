/** Stock oidc-provider, a process of its own, in memory or on PostgreSQL. */
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { type AdapterFactory, Provider } from "oidc-provider";
import MemoryAdapter from "oidc-provider/lib/adapters/memory_adapter.js";
import LRU from "oidc-provider/lib/helpers/lru.js";
import pg from "pg";
import { serveParent } from "../support/worker.ts";
import { oidcConfiguration } from "./oidc-configuration.ts";
import { type AccessTokenFormat, lifetimes, payloadsOf } from "./oidc-payloads.ts";
import { createPostgresAdapter } from "./oidc-postgres-adapter.ts";

/** Starts it. Answers when it listens. */
export interface OidcRequest {
  readonly port: number;
  readonly format: AccessTokenFormat;
  /** Default: in memory, with as many grants. */
  readonly database?: pg.PoolConfig;
  readonly grants: number;
}

serveParent<OidcRequest, null>(async ({ port, format, database, grants }) => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const adapter = database ? createPostgresAdapter(new pg.Pool(database)) : await fillMemory(format, grants);
  const configuration = oidcConfiguration(format, privateKey.export({ format: "jwk" }));
  const provider = new Provider(`http://localhost:${port}`, { ...configuration, adapter });
  const server = createServer({ keepAliveTimeout: 75_000 }, provider.callback());
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return null;
});

/** Its own adapter for memory and its own store, with room for more than the thousand records it has by itself. */
async function fillMemory(format: AccessTokenFormat, grants: number): Promise<AdapterFactory> {
  const store = new LRU({ maxSize: Number.MAX_SAFE_INTEGER });
  const adapterFor: AdapterFactory = (kind) => new MemoryAdapter(kind, store);
  const [grantAdapter, tokenAdapter] = [adapterFor("Grant"), adapterFor("RefreshToken")];
  const now = Math.floor(Date.now() / 1000);
  for (let index = 0; index < grants; index++) {
    const { grantId, grant, refreshTokenId, refreshToken } = payloadsOf(index, format, now);
    await grantAdapter.upsert(grantId, grant, lifetimes.Grant);
    await tokenAdapter.upsert(refreshTokenId, refreshToken, lifetimes.RefreshToken);
  }
  return adapterFor;
}
