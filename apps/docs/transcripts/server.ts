import { spawn } from "node:child_process";

export interface RunningServer {
  /** What `npm start` printed, from the first word of its banner on. */
  readonly output: string;
  /** The example app's address. */
  readonly example: string;
  stop(): Promise<void>;
}

interface StartOptions {
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Runs `npm start` and waits for its banner. */
export async function startServer({ root, environment }: StartOptions): Promise<RunningServer> {
  const child = spawn("npm", ["start"], { cwd: root, env: environment, stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let output = "";
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.includes("Ctrl-C stops")) resolve();
    });
    void exited.then(() => reject(new Error(`npm start ended: ${output}`)));
  });
  await ready;
  const example = /Example app +(\S+)/.exec(output)?.[1];
  if (example === undefined) throw new Error(`the banner names no example app: ${output}`);
  return {
    example,
    // npm's own two lines say nothing to a reader.
    output: output.slice(output.indexOf("\n  Holdfast is ready")).trimEnd(),
    async stop() {
      child.kill("SIGINT");
      await exited;
    },
  };
}
