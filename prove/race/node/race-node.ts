import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { type NodeSettings, type ReplyMessage, readyMessage, type Task, type TaskMessage } from "./protocol.ts";

// Its start fails while PostgreSQL is away, which is soon over.
const startAgainAfterMs = 100;
const failedStartsAtMost = 50;

export interface RaceNodeDeps {
  readonly settings: NodeSettings;
  /** Its program. */
  readonly entry: string;
  /** Told when a process of it that listened was killed. */
  readonly onKilled: () => void;
  /** Told when one that listened ended by itself, with its last words: a server must not. */
  readonly onCrash: (lastWords: string) => void;
  /** Told when it does not come up, however often it is started. */
  readonly onBroken: (error: Error) => void;
}

/** A server process that is started again whenever it dies. */
export interface RaceNode {
  readonly index: number;
  readonly port: number;
  /** Whether it listens. */
  readonly isUp: boolean;
  /** Milliseconds from each start of a process until it listened. */
  readonly startTimes: readonly number[];
  /** Waits until it listens. */
  untilUp(): Promise<void>;
  /** @throws Error when it dies before it answers, or refuses */
  perform<Result>(task: Task): Promise<Result>;
  /** Kills it. False when it is not up. */
  kill(): boolean;
  stop(): Promise<void>;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export function startRaceNode({ settings, entry, onKilled, onCrash, onBroken }: RaceNodeDeps): RaceNode {
  const waiting = new Map<number, Waiting>();
  const startTimes: number[] = [];
  let child: ChildProcess | null = null;
  let isUp = false;
  let isStopping = false;
  let tasks = 0;
  let failedStarts = 0;
  let up = Promise.withResolvers<void>();
  run();

  function run(): void {
    const since = performance.now();
    // The compile cache makes a restart a matter of a fraction of a second.
    const cache = join(dirname(entry), "compiled");
    const env = { ...process.env, NODE_COMPILE_CACHE: cache, HOLDFAST_RACE_NODE: JSON.stringify(settings) };
    const started = fork(entry, { env, stdio: ["ignore", "inherit", "pipe", "ipc"] });
    let complaints = "";
    started.stderr?.on("data", (chunk) => {
      complaints = `${complaints}${chunk}`.slice(-2_000);
    });
    started.on("message", (message: ReplyMessage | typeof readyMessage) => {
      if (message !== readyMessage) return settle(message);
      startTimes.push(performance.now() - since);
      isUp = true;
      failedStarts = 0;
      up.resolve();
    });
    started.once("exit", (_, signal) => bury(signal, complaints));
    child = started;
  }

  function bury(signal: string | null, complaints: string): void {
    const wasUp = isUp;
    if (wasUp) up = Promise.withResolvers();
    isUp = false;
    for (const { reject } of waiting.values()) reject(new Error(`node ${settings.index} died`));
    waiting.clear();
    if (isStopping) return;
    if (wasUp) {
      if (signal === "SIGKILL") onKilled();
      else onCrash(complaints);
    } else if (++failedStarts > failedStartsAtMost) onBroken(new Error(`a node does not start:\n${complaints}`));
    setTimeout(() => isStopping || run(), signal === null ? startAgainAfterMs : 0);
  }

  function settle({ number, error, result }: ReplyMessage): void {
    const waiter = waiting.get(number);
    waiting.delete(number);
    if (error === undefined) waiter?.resolve(result);
    else waiter?.reject(new Error(error));
  }

  function perform<Result>(task: Task): Promise<Result> {
    const current = child;
    if (!isUp || !current?.connected) return Promise.reject(new Error(`node ${settings.index} is not up`));
    const number = ++tasks;
    return new Promise<Result>((resolve, reject) => {
      waiting.set(number, { resolve: resolve as (result: unknown) => void, reject });
      const message: TaskMessage = { number, task };
      current.send(message, (error) => {
        if (error && waiting.delete(number)) reject(error);
      });
    });
  }

  return {
    index: settings.index,
    port: settings.port,
    get isUp() {
      return isUp;
    },
    startTimes,
    untilUp: () => up.promise,
    perform,
    kill: () => isUp && (child?.kill("SIGKILL") ?? false),
    async stop() {
      isStopping = true;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
