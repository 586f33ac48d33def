import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** The line that `npm start -- --json` prints when it is ready, as far as we need it. */
interface ReadyLine {
  readonly issuer: string;
  readonly pids: { readonly server: number; readonly postgres: number };
}

export interface StartedHoldfast {
  readonly ready: ReadyLine;
  readonly data: string;
  /** From the command to the ready line, in milliseconds. */
  readonly tookMs: number;
  stop(): Promise<void>;
}

/** What `npm start` runs, on a data directory of its own and any free port. */
export async function startHoldfast({ root, data }: { root: string; data: string }): Promise<StartedHoldfast> {
  const begun = performance.now();
  const child = spawn("node", ["tools/launch.mjs", "start", "--json", "--port", "0"], {
    cwd: root,
    env: { ...process.env, HOLDFAST_DATA: data },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    void exited.then(() => reject(new Error("it ended before it was ready")));
  });
  return {
    ready: JSON.parse(line),
    data,
    tookMs: performance.now() - begun,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
