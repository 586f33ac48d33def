/** A node as an operator runs it in production: `holdfast start`, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { ConfigInput } from "@holdfast/server";
import { quietPort } from "./quiet-port.ts";

const program = fileURLToPath(new URL("../../../packages/server/src/cli/main.ts", import.meta.url));
// Should this process die, the node ends with it.
const endWithParent = new URL("../../../tools/launcher/end-with-parent.mjs", import.meta.url).href;
const startMilliseconds = 60_000;

export interface FaultNodeOptions {
  readonly databaseUrl: string;
  readonly config: ConfigInput;
  /** Default: any free one. */
  readonly port?: number;
  /** Modules to load before it. */
  readonly imports?: readonly URL[];
  /** Options of Node, such as `--max-old-space-size=256`. */
  readonly nodeOptions?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface FaultNode {
  readonly origin: string;
  readonly port: number;
  readonly pid: number;
  readonly child: ChildProcess;
  /** What it logged, one JSON object a line. */
  readonly log: readonly string[];
  /** Milliseconds from its start to its ready line. */
  readonly readyAfterMs: number;
  /** Its ready line. */
  readonly ready: ReadyLine;
  /** The value of a metric, named with its labels. */
  metric(name: string): Promise<number>;
  /** SIGTERM; milliseconds until it had ended. */
  stop(): Promise<number>;
}

/** What a node says of itself when it is ready. */
export interface ReadyLine {
  readonly management: string;
  readonly pids: { readonly workers: readonly number[] };
}

export async function startNode(options: FaultNodeOptions): Promise<FaultNode> {
  const { databaseUrl, config, imports = [], nodeOptions = [], environment = {} } = options;
  const port = options.port ?? (await quietPort());
  const directory = await mkdtemp(join(tmpdir(), "holdfast-fault-"));
  const file = join(directory, "holdfast.config.json");
  // One process, whose memory, clock and end are the node's, unless it is asked for more.
  await writeFile(file, JSON.stringify({ workers: 1, ...config }), { mode: 0o600 });
  const began = performance.now();
  const preloaded = [endWithParent, ...imports.map(({ href }) => href)].flatMap((href) => ["--import", href]);
  const command = [program, "start", "--json", "--port", String(port), "--config", file, "--data", directory];
  const child = spawn(process.execPath, [...preloaded, ...nodeOptions, ...command], {
    env: { ...process.env, ...environment, DATABASE_URL: databaseUrl, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const log: string[] = [];
  createInterface({ input: child.stderr as Readable }).on("line", (line) => log.push(line));
  const exited = once(child, "exit").finally(() => rm(directory, { recursive: true, force: true }));
  const ready = await readyLine(child, exited, log);
  const readyAfterMs = performance.now() - began;

  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    child,
    log,
    readyAfterMs,
    ready,
    async metric(name) {
      const text = await (await fetch(`${ready.management}/metrics`)).text();
      return Number(
        text
          .split("\n")
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length + 1),
      );
    },
    async stop() {
      const told = performance.now();
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      await exited;
      return performance.now() - told;
    },
  };
}

async function readyLine(child: ChildProcess, exited: Promise<unknown>, log: readonly string[]): Promise<ReadyLine> {
  const signal = AbortSignal.timeout(startMilliseconds);
  const line = once(createInterface({ input: child.stdout as Readable }), "line", { signal });
  const outcome = await Promise.race([line, exited.then(() => null)]).catch(() => null);
  if (outcome) return JSON.parse(String(outcome[0]));
  child.kill("SIGKILL");
  throw new Error(`the node did not get ready:\n${log.slice(-20).join("\n")}`);
}
