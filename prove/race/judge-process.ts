import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Tally } from "./judge/judge.ts";

/** A broken invariant, with the lines that show it. */
export interface ShownFinding {
  readonly invariant: string;
  readonly says: string;
  readonly grant: number;
  readonly excerpt: string;
}

/** The judge, in a process that has nothing of the server. */
export interface JudgeProcess {
  /** The last it said; null before that. */
  readonly tally: Tally | null;
  readonly findings: readonly ShownFinding[];
  write(text: string): void;
  /** Lets it come to its end. @throws Error when it did not end as it should */
  close(): Promise<void>;
}

type Message = { readonly tally: Tally } | { readonly finding: ShownFinding };

export function startJudgeProcess(): JudgeProcess {
  const main = fileURLToPath(new URL("./judge/main.ts", import.meta.url));
  const judge = spawn(process.execPath, [main], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(judge, "exit");
  // Its exit code says it better.
  judge.stdin.on("error", () => {});
  const findings: ShownFinding[] = [];
  let tally: Tally | null = null;
  const lines = createInterface({ input: judge.stdout });
  const read = once(lines, "close");
  lines.on("line", (line) => {
    const message = JSON.parse(line) as Message;
    if ("tally" in message) tally = message.tally;
    else findings.push(message.finding);
  });

  return {
    get tally() {
      return tally;
    },
    findings,
    write: (text) => void judge.stdin.write(text),
    async close() {
      judge.stdin.end();
      await read;
      const [code] = await exited;
      if (code !== (findings.length > 0 ? 1 : 0)) throw new Error(`the judge ended with exit code ${code}`);
    },
  };
}
