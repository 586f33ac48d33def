import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Config } from "../config/index.ts";
import type { Logger } from "../logging/logger.ts";

const readyTimeoutMs = 20_000;
const stopTimeoutMs = 5_000;

/** A program that runs beside the server in development. */
export interface Companion {
  readonly name: string;
  readonly pid: number;
  /** What it said of itself in its first line, if that was a JSON object: addresses, usually. */
  readonly ready: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/**
 * Starts a companion and waits for its first line, or until it has run for a while without one. It is told the issuer,
 * and stops with us: also when we are killed, as its standard input then closes.
 */
export async function startCompanion(
  { name, command, env }: Config["companions"][number],
  { issuer, logger }: { readonly issuer: string; readonly logger: Logger },
): Promise<Companion> {
  const [program = "", ...args] = command;
  const child = spawn(program === "node" ? process.execPath : program, args, {
    env: { ...foreignEnvironment(), HOLDFAST_ISSUER: issuer, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const log = logger.child({ companion: name });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      log.error({ err: error }, `${name} could not be started`);
      resolve();
    });
  });
  createInterface(child.stderr).on("line", (line) => log.warn(line));
  const ready = await firstLine(child, exited, (line) => log.info(line));
  if (child.pid === undefined || child.exitCode !== null) throw new Error(`the companion "${name}" did not start`);
  const warn = (code: number | null, signal: string | null) => log.warn(`${name} ended (${signal ?? code})`);
  child.once("exit", warn);
  return {
    name,
    pid: child.pid,
    ready,
    async close() {
      child.off("exit", warn);
      const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
      child.kill("SIGTERM");
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Our environment without what is Holdfast's own: its secrets, its database and its port are no other program's. */
function foreignEnvironment(): NodeJS.ProcessEnv {
  const isOurs = (name: string) => /^(HOLDFAST_.*|(DATABASE_URL|PORT)(_FILE)?)$/.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs(name)));
}

function firstLine(
  child: ChildProcess & { readonly stdout: NodeJS.ReadableStream },
  exited: Promise<void>,
  onLaterLine: (line: string) => void,
): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    let isFirst = true;
    const settle = (value: Record<string, unknown>) => {
      isFirst = false;
      clearTimeout(timer);
      resolve(value);
    };
    const timer = setTimeout(() => settle({}), readyTimeoutMs);
    void exited.then(() => settle({}));
    createInterface(child.stdout).on("line", (line) => {
      const value = isFirst ? parseObject(line) : null;
      if (value) settle(value);
      else onLaterLine(line);
    });
  });
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
