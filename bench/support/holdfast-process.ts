/** Holdfast as an operator runs it: `holdfast start`, a process of its own. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { ConfigInput } from "@holdfast/server";
import { benchClient, benchSecret } from "./lineage.ts";

export interface HoldfastProcess {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface HoldfastProcessOptions {
  readonly databaseUrl: string;
  readonly schema: string;
  /** Laid over what every bench has. */
  readonly config?: ConfigInput;
  /** Options of Node, such as `--max-old-space-size=256`. */
  readonly nodeOptions?: readonly string[];
}

const program = fileURLToPath(new URL("../../packages/server/src/cli/main.ts", import.meta.url));

// Closing our end of the channel, as our own end does, stops it.
const endWithParent = new URL("../../tools/launcher/end-with-parent.mjs", import.meta.url).href;

/** What an instance of a bench is configured with; everything else is the default. */
export function benchConfig(schema: string, port: number): ConfigInput {
  return {
    issuer: `http://localhost:${port}`,
    secret: benchSecret,
    database: { schema },
    management: { port: 0 },
    // Some benches refresh few grants, again and again.
    limits: { refreshesPerMinute: 100_000 },
    // Nobody signs in: the grants are there already.
    providers: [{ id: "nobody", issuer: "http://localhost:9", clientId: "bench" }],
    clients: [
      {
        id: benchClient,
        refreshToken: "body",
        audience: "https://api.example.com",
        scope: "api:read",
        signin: { success: "http://localhost:9/" },
      },
    ],
  };
}

export async function startHoldfastProcess(options: HoldfastProcessOptions): Promise<HoldfastProcess> {
  const { databaseUrl, schema, nodeOptions = [] } = options;
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "holdfast-bench-config-"));
  const config = join(directory, "holdfast.config.json");
  await writeFile(config, JSON.stringify({ ...benchConfig(schema, port), ...options.config }), { mode: 0o600 });
  const command = [program, "start", "--json", "--port", String(port), "--config", config, "--data", directory];
  const child = spawn(process.execPath, ["--import", endWithParent, ...nodeOptions, ...command], {
    env: { ...process.env, DATABASE_URL: databaseUrl, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout as Readable).once("line", () => resolve());
    void exited.then(() => reject(new Error("holdfast start ended before it was ready")));
  });
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGTERM");
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

// Below those that the system gives to connections: one of these may be taken again before it is listened on.
const ports = { first: 20_000, count: 12_000 };

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = ports.first + Math.floor(Math.random() * ports.count);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
