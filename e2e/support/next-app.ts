import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const fixture = fileURLToPath(new URL("../../packages/next/testing/app", import.meta.url));
// Inside the repository, so that its packages are found; ignored by git.
const workshop = fileURLToPath(new URL("../../packages/next/.cache", import.meta.url));
const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
const startMilliseconds = 30_000;

/** A production build of the test app. */
export interface NextBuild {
  start(port: number, env: Readonly<Record<string, string>>): Promise<NextServer>;
  remove(): Promise<void>;
}

/** A process that serves it. */
export interface NextServer {
  readonly origin: string;
  /** What it wrote, for when something fails. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

/** Builds the app with what it was installed with: no network, no telemetry. */
export async function buildNextApp(): Promise<NextBuild> {
  await mkdir(workshop, { recursive: true });
  const directory = await mkdtemp(path.join(workshop, "app-"));
  await cp(fixture, directory, { recursive: true });
  const log: string[] = [];
  const build = run(directory, ["build"], {}, log);
  const [code] = await once(build, "exit");
  if (code !== 0) throw new Error(`next build ended with ${code}:\n${log.join("")}`);
  return {
    start: (port, env) => startNextApp(directory, port, env),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function startNextApp(
  directory: string,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<NextServer> {
  const log: string[] = [];
  const child = run(directory, ["start", "--port", String(port), "--hostname", "127.0.0.1"], env, log);
  const exited = once(child, "exit");
  const deadline = Date.now() + startMilliseconds;
  while (!log.join("").includes("Ready in")) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`next start did not get ready:\n${log.join("")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    origin: `http://localhost:${port}`,
    log,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

function run(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>, log: string[]): ChildProcess {
  // Next.js sets these for itself, by what it is told to do; a test runner's would be in its way.
  const { NODE_ENV: _, VITEST: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [next, ...args], {
    cwd,
    env: { ...inherited, NEXT_TELEMETRY_DISABLED: "1", ...env } as object as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => log.push(String(text)));
  return child;
}
