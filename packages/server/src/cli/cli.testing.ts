import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("main.ts", import.meta.url));
const readyWithinMs = 30_000;

/** How a command ended, and what it said. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON: exactly one line. */
  json<Value = Record<string, unknown>>(): Value;
  /** The error on standard error as JSON: exactly one line. */
  error(): { readonly error: string; readonly detail: string; readonly action: string; readonly problems?: Problem[] };
}

interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A directory to run commands in, with a configuration and data of its own. */
export interface TestPlace {
  readonly directory: string;
  readonly data: string;
  writeConfig(settings: unknown, name?: string): void;
  run(args: readonly string[], env?: Record<string, string>): Promise<CommandResult>;
  /** Starts `holdfast dev`, and waits for its first line on standard output. */
  startDev(...args: string[]): Promise<TestDev>;
  remove(): void;
}

export interface TestDev {
  readonly child: ChildProcess;
  /** The lines on standard output so far. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

export function createTestPlace(): TestPlace {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-cli-"));
  // Not inside the other: PostgreSQL runs as another user, who may not pass through a private directory.
  const data = mkdtempSync(join(tmpdir(), "holdfast-cli-data-"));

  function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    return spawn(process.execPath, ["--conditions=holdfast-source", program, ...args], {
      cwd: directory,
      env: { ...cleanEnvironment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  return {
    directory,
    data,
    writeConfig(settings, name = "holdfast.config.json") {
      writeFileSync(join(directory, name), typeof settings === "string" ? settings : JSON.stringify(settings));
    },
    async run(args, env) {
      const child = start(args, env);
      const texts = [child.stdout, child.stderr].map(readText);
      const [exitCode] = await once(child, "close");
      const [stdout = "", stderr = ""] = texts.map((text) => text());
      return { exitCode, stdout, stderr, json: () => parseLine(stdout), error: () => parseLine(stderr) };
    },
    async startDev(...args) {
      const child = start(["dev", "--data", data, ...args]);
      const exited = once(child, "exit");
      const [stdout, stderr] = [collectLines(child.stdout), collectLines(child.stderr)];
      const isReady = await Promise.race([
        stdout.first.then(() => true),
        exited.then(() => false),
        new Promise<false>((resolve) => setTimeout(() => resolve(false), readyWithinMs).unref()),
      ]);
      if (!isReady) {
        child.kill("SIGKILL");
        throw new Error(`holdfast dev did not get ready:\n${stderr.lines.join("\n")}`);
      }
      return {
        child,
        stdout: stdout.lines,
        stderr: stderr.lines,
        async end(signal) {
          child.kill(signal);
          const [code, by] = await exited;
          return { code, signal: by };
        },
      };
    },
    remove() {
      for (const each of [directory, data]) rmSync(each, { recursive: true, force: true });
    },
  };
}

/** Whether a process is there; one that has ended and was not waited for is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The environment without what would configure Holdfast, and with compiled code kept from one command to the next. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) => !/^(HOLDFAST_|PORT$|DATABASE_URL$|NODE_OPTIONS$|VITEST)/.test(name),
  );
  return { ...Object.fromEntries(ours), NODE_COMPILE_CACHE: join(tmpdir(), "holdfast-test-compile-cache") };
}

function readText(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.on("data", (chunk) => {
    text += chunk;
  });
  return () => text;
}

function collectLines(stream: NodeJS.ReadableStream | null) {
  const lines: string[] = [];
  const reader = stream && createInterface({ input: stream });
  const first = new Promise<void>((resolve) => reader?.once("line", () => resolve()));
  reader?.on("line", (line) => lines.push(line));
  return { lines, first };
}

function parseLine(text: string) {
  const lines = text.split("\n");
  if (lines.length !== 2 || lines[1] !== "") throw new Error(`not exactly one line: ${JSON.stringify(text)}`);
  return JSON.parse(lines[0] ?? "");
}
