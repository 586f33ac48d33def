/** A process of its own, forked from a module, which answers requests one at a time. */
import { fork } from "node:child_process";

export interface Worker<Request, Answer> {
  readonly pid: number;
  /** Not before the last one was answered. @throws Error with the worker's own message, or when it ended */
  ask(request: Request): Promise<Answer>;
  stop(): Promise<void>;
}

interface Reply<Answer> {
  readonly answer?: Answer;
  readonly error?: string;
}

export interface WorkerOptions {
  /** Of the process's main module: `new URL("./load-process.ts", import.meta.url)`. */
  readonly module: URL;
  /** Options of Node, such as `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export function startWorker<Request, Answer>(options: WorkerOptions): Worker<Request, Answer> {
  const { module, nodeOptions = [], environment = {} } = options;
  const child = fork(module, {
    execArgv: [...process.execArgv, ...nodeOptions],
    env: { ...process.env, ...environment },
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));

  return {
    pid: child.pid ?? 0,
    async ask(request) {
      const reply = new Promise<Reply<Answer>>((resolve) =>
        child.once("message", (message: object) => resolve(message)),
      );
      const ended = exited.then((): Reply<Answer> => ({ error: `the process of ${module.pathname} ended` }));
      child.send(request as object);
      const { answer, error } = await Promise.race([reply, ended]);
      if (error !== undefined) throw new Error(error);
      return answer as Answer;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** The other end: answers until the parent disconnects or is gone, and then closes. */
export function serveParent<Request, Answer>(
  answer: (request: Request) => Promise<Answer>,
  close: () => Promise<void> = async () => {},
): void {
  // Also where what was preloaded lets go of the channel: between two requests it is all that keeps this process alive.
  process.channel?.ref();
  process.on("message", async (request) => {
    const reply = await answer(request as Request).then(
      (value) => ({ answer: value }),
      (error: unknown) => ({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
    process.send?.(reply);
  });
  process.once("disconnect", async () => {
    await close();
    process.exit();
  });
}
