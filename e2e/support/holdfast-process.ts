import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));
const program = fileURLToPath(new URL("../../packages/server/src/cli/main.ts", import.meta.url));
const startMilliseconds = 60_000;
const run = promisify(execFile);

/** What the ready line says. */
export interface Ready {
  readonly issuer: string;
  readonly example: string;
  readonly api: string;
  readonly practice: string | null;
  readonly management: string;
  readonly pids: { readonly server: number; readonly postgres: number; readonly example: number };
}

export interface HoldfastProcess {
  readonly ready: Ready;
  readonly child: ChildProcess;
  /** What it logged. */
  readonly log: readonly string[];
  /** Runs another `holdfast` command on the same deployment, and answers with its JSON. */
  command(...args: string[]): Promise<unknown>;
  /** SIGTERM, and waits. */
  stop(): Promise<void>;
  /** SIGKILL, and waits. */
  kill(): Promise<void>;
}

export interface HoldfastProcessOptions {
  readonly data: string;
  /** Default: any free one. */
  readonly port?: number;
  /** Default: the repository's own, as `npm start` takes it. */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `holdfast dev` as its user would, in a process of its own. */
export async function startHoldfast({
  data,
  port = 0,
  config,
  env = {},
}: HoldfastProcessOptions): Promise<HoldfastProcess> {
  const shared = ["--data", data, ...(config === undefined ? [] : ["--config", config]), "--json"];
  const environment = { ...process.env, ...env };
  const child = spawn(process.execPath, [program, "dev", "--port", String(port), ...shared], {
    cwd: root,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
  const exited = once(child, "exit");
  const ready = await firstLine(child, exited, log);

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  }

  return {
    ready,
    child,
    log,
    async command(...args) {
      const { stdout } = await run(process.execPath, [program, ...args, ...shared], { cwd: root, env: environment });
      return JSON.parse(stdout);
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

async function firstLine(child: ChildProcess, exited: Promise<unknown>, log: readonly string[]): Promise<Ready> {
  if (!child.stdout) throw new Error("standard output is not piped");
  const line = once(createInterface({ input: child.stdout }), "line", {
    signal: AbortSignal.timeout(startMilliseconds),
  });
  const outcome = await Promise.race([line, exited.then(() => null)]).catch(() => null);
  if (outcome) return JSON.parse(String(outcome[0]));
  child.kill("SIGKILL");
  throw new Error(`holdfast did not get ready:\n${log.slice(-20).join("\n")}`);
}
