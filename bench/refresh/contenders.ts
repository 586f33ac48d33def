/** Who is measured side by side, each in a process of its own, with the same number of requests at a time. */
import type { TurnFigures } from "../support/figures.ts";
import { freePort, startHoldfastProcess } from "../support/holdfast-process.ts";
import type { BenchPostgres } from "../support/postgres.ts";
import { seedGrants } from "../support/seed.ts";
import type { Target } from "../support/target.ts";
import { startWorker, type Worker } from "../support/worker.ts";
import type { EngineRequest } from "./engine-process.ts";
import type { LoadRequest } from "./load-process.ts";
import type { AccessTokenFormat } from "./oidc-payloads.ts";
import type { OidcRequest } from "./oidc-process.ts";
import { seedOidcPayloads } from "./oidc-seed.ts";

export type Load = Worker<LoadRequest, TurnFigures>;

export interface Contender {
  readonly grants: number;
  takeTurn(options: { readonly atOnce: number; readonly seconds: number }): Promise<TurnFigures>;
  stop(): Promise<void>;
}

export interface ContenderDeps {
  readonly postgres: BenchPostgres;
  readonly load: Load;
}

/** Connections of a server to PostgreSQL: ours has ten unless told, and so have the others. */
const poolSize = 10;

export function startLoad(): Load {
  return startWorker({ module: new URL("./load-process.ts", import.meta.url) });
}

/** Holdfast as it is shipped, in a schema of its own. */
export async function startOurs(
  { postgres, load }: ContenderDeps,
  { schema, grants }: { readonly schema: string; readonly grants: number },
): Promise<Contender> {
  const server = await startHoldfastProcess({ databaseUrl: postgres.url, schema });
  await seedGrants(postgres.pool, schema, grants);
  return overHttp(load, { name: schema, kind: "holdfast", port: server.port, grants }, server.stop);
}

/** The limit: the engine without HTTP, on the schema of ours. */
export async function startEngine(
  { postgres }: Pick<ContenderDeps, "postgres">,
  { schema, grants }: { readonly schema: string; readonly grants: number },
): Promise<Contender> {
  const module = new URL("./engine-process.ts", import.meta.url);
  const worker = startWorker<EngineRequest, TurnFigures>({ module, environment: { NODE_ENV: "production" } });
  await worker.ask({ kind: "start", connection: postgres.connection, schema, grants, isAlone: false });
  return { grants, takeTurn: (options) => worker.ask({ kind: "turn", ...options }), stop: worker.stop };
}

export interface OidcOptions {
  readonly format: AccessTokenFormat;
  readonly grants: number;
  readonly storage: "memory" | "postgres";
}

/** Stock oidc-provider. In PostgreSQL it has a schema for each format of its access tokens. */
export async function startOidc({ postgres, load }: ContenderDeps, options: OidcOptions): Promise<Contender> {
  const { format, grants, storage } = options;
  const schema = `oidc_${format}`;
  if (storage === "postgres") await seedOidcPayloads(postgres.pool, { schema, format, grants });
  const database = { ...postgres.connection, max: poolSize, options: `-c search_path=${schema}` };
  const port = await freePort();
  const worker = startWorker<OidcRequest, null>({
    module: new URL("./oidc-process.ts", import.meta.url),
    environment: { NODE_ENV: "production" },
    nodeOptions: ["--max-old-space-size=8192"],
  });
  await worker.ask({ port, format, grants, ...(storage === "postgres" ? { database } : {}) });
  return overHttp(load, { name: `oidc ${storage} ${format}`, kind: "oidc-provider", port, grants }, worker.stop);
}

function overHttp(load: Load, target: Target, stop: () => Promise<void>): Contender {
  return {
    grants: target.grants,
    takeTurn: ({ atOnce, seconds }) => load.ask({ target, connections: atOnce, seconds }),
    stop,
  };
}
