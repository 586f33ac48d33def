import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseUpstreamOptions, type UpstreamOptions } from "./options.ts";

const script = fileURLToPath(new URL("provider.ts", import.meta.url));
const startMilliseconds = 20_000;
const stopMilliseconds = 5_000;

/** A running upstream. */
export interface Upstream extends UpstreamOptions {
  readonly issuer: string;
  readonly pid: number;
  /** Ends the process; later calls do nothing. Start another with the same `port` to bring it back. */
  stop(): Promise<void>;
}

/**
 * Starts somebody else's provider in a process of its own, on a free port unless one is given. It ends with this
 * process at the latest.
 *
 * @throws Error with what the process wrote to stderr, if it is not ready within 20 seconds
 */
export async function startUpstream(
  options: Partial<UpstreamOptions> & Pick<UpstreamOptions, "redirectUri">,
): Promise<Upstream> {
  const args = commandLine(options);
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
    // The last is a channel whose end tells the child that we are gone.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const stop = () => stopProcess(child);
  try {
    const { issuer, pid } = await ready(child);
    return { ...parseUpstreamOptions(args), port: Number(new URL(issuer).port), issuer, pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function commandLine(options: Partial<UpstreamOptions>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.filter((each) => each !== undefined).map((each) => `${flag}=${each}`);
  });
}

async function ready(child: ChildProcess): Promise<{ issuer: string; pid: number }> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error("the upstream's output is not piped");
  let complaints = "";
  stderr.setEncoding("utf8").on("data", (chunk: string) => {
    complaints += chunk;
  });

  const lines = createInterface({ input: stdout });
  const signal = AbortSignal.timeout(startMilliseconds);
  const ended = once(child, "exit", { signal }).then(([code]) => `ended with ${code}`);
  const tooLate = ended.catch(() => `was not ready after ${startMilliseconds / 1000} s`);
  const outcome = await Promise.race([once(lines, "line", { signal }).catch(() => tooLate), tooLate]);
  if (typeof outcome === "string") throw new Error(`the upstream ${outcome}\n${complaints}`);
  return JSON.parse(String(outcome[0]));
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopMilliseconds);
  await exited;
  clearTimeout(timer);
}
