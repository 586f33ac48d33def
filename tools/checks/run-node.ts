import { spawn } from "node:child_process";

export interface Finished {
  code: number | null;
  stdout: string;
  /** Both streams, in the order in which they arrived. */
  output: string;
}

/** Runs a Node script to its end and keeps what it prints. */
export function runNode(args: readonly string[], cwd: string): Promise<Finished> {
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const finished: Finished = { code: null, stdout: "", output: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    finished.stdout += text;
    finished.output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    finished.output += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ ...finished, code }));
  });
}
