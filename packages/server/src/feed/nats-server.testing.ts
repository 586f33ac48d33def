import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../testing/free-port.ts";

const usualPlaces = ["/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"];
const installWithinMs = 300_000;
const startWithinMs = 10_000;

/** Finds nats-server (`NATS_SERVER` names any other), and installs Debian's where we may; null where there is none. */
export function findNatsServer(env: NodeJS.ProcessEnv = process.env): string | null {
  const find = () => [env.NATS_SERVER ?? "", ...usualPlaces].find((place) => place !== "" && existsSync(place)) ?? null;
  const found = find();
  if (found !== null || process.getuid?.() !== 0) return found;
  const options = { env: { ...env, DEBIAN_FRONTEND: "noninteractive" }, timeout: installWithinMs };
  const install = (program: string) => {
    spawnSync(program, ["update", "-qq"], options);
    spawnSync(program, ["install", "-y", "-qq", "--no-install-recommends", "nats-server"], options);
  };
  install("apt-get");
  return find();
}

/** A NATS server with JetStream, for one test file. */
export interface TestNatsServer {
  readonly url: string;
  readonly port: number;
  /** As a crash would. What the stream held stays on the disk. */
  kill(): Promise<void>;
  /** Again, on the same port and disk. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** @param args beside the port and where JetStream keeps its streams */
export async function startNatsServer(program: string, args: readonly string[] = []): Promise<TestNatsServer> {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "holdfast-nats-"));
  let child = await start();

  async function start(): Promise<ChildProcess> {
    const all = ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", directory, ...args];
    const started = spawn(program, all, { stdio: "ignore" });
    const deadline = performance.now() + startWithinMs;
    while (!(await isListening(port))) {
      if (performance.now() > deadline || started.exitCode !== null) throw new Error("nats-server does not start");
    }
    return started;
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await exited;
  }

  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    kill,
    async restart() {
      child = await start();
    },
    async close() {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => setTimeout(() => resolve(false), 20));
  });
}
