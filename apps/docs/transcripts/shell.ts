import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";

export interface Shell {
  /** Runs a command and gives what it printed on both outputs, in order. Variables live on to the next. */
  run(command: string): Promise<string>;
  close(): void;
}

interface ShellOptions {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** One bash for all commands of a page. */
export function createShell({ cwd, environment }: ShellOptions): Shell {
  const bash = spawn("bash", ["--norc"], { cwd, env: environment, stdio: ["pipe", "pipe", "inherit"] });
  bash.stdin.write("exec 2>&1\n");
  let output = "";
  let onOutput: () => void = () => {};
  bash.stdout.on("data", (chunk) => {
    output += chunk;
    onOutput();
  });

  return {
    run(command) {
      const mark = `end-${randomUUID()}`;
      output = "";
      // Its input is not ours: a command that reads would eat the ones that follow.
      bash.stdin.write(`{ ${command}\n} </dev/null\nprintf '\\n%s' ${mark}\n`);
      return new Promise((resolve) => {
        onOutput = () => {
          const end = output.indexOf(`\n${mark}`);
          if (end !== -1) resolve(output.slice(0, end));
        };
      });
    },
    close: () => void bash.kill(),
  };
}
