// @ts-check
import { spawn } from "node:child_process";
import { LaunchFailure } from "./launch-failure.mjs";

/**
 * @typedef {object} Outcome
 * @property {number | null} code
 * @property {NodeJS.Signals | null} signal that ended the child
 * @property {NodeJS.Signals | undefined} passedOn the last signal it was sent from here
 * @typedef {import("node:child_process").ChildProcess} ChildProcess
 */

/**
 * Signals that are passed on. A closed terminal ends the command like SIGTERM does, so that it can close its database.
 * @type {ReadonlyMap<NodeJS.Signals, NodeJS.Signals>}
 */
const relayed = new Map([
  ["SIGINT", "SIGINT"],
  ["SIGTERM", "SIGTERM"],
  ["SIGHUP", "SIGTERM"],
]);

/** One Ctrl-C arrives twice: from the terminal, and from npm, which passes on its own. Within this many ms it is one. */
const echoMs = 500;

const endWithParent = new URL("./end-with-parent.mjs", import.meta.url);

/**
 * Runs a Node script in the foreground until it ends, and passes each signal on to it once.
 * @param {string} node
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<Outcome>}
 */
export function runForeground(node, args, { cwd, env }) {
  const child = spawn(node, ["--import", endWithParent.href, ...args], {
    cwd,
    env,
    // A process group of its own: the terminal signals ours only, and what the command receives is what we pass on.
    detached: true,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  return supervise(child);
}

/**
 * Waits for a child in a process group of its own, passing signals on meanwhile.
 * @param {ChildProcess} child
 * @returns {Promise<Outcome>}
 */
export function supervise(child) {
  /** @type {NodeJS.Signals | undefined} */
  let sent;
  const send = (/** @type {NodeJS.Signals} */ signal) => {
    sent = signal;
    child.kill(signal);
  };
  const passOn = createSignalRelay({ send, now: () => performance.now() });
  for (const signal of relayed.keys()) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new LaunchFailure(`Cannot run ${child.spawnfile}: ${cause.message}`, { cause })),
    );
    child.once("close", (code, signal) => {
      for (const name of relayed.keys()) process.removeListener(name, passOn);
      resolve({ code, signal, passedOn: sent });
    });
  });
}

/**
 * @param {{ send: (signal: NodeJS.Signals) => void, now: () => number }} deps `now`: ms, monotonic
 * @returns {(signal: NodeJS.Signals) => void}
 */
export function createSignalRelay({ send, now }) {
  /** @type {Map<NodeJS.Signals, number>} */
  const lastAt = new Map();
  return (signal) => {
    const target = relayed.get(signal);
    if (!target) return;
    const echo = now() - (lastAt.get(target) ?? Number.NEGATIVE_INFINITY) < echoMs;
    lastAt.set(target, now());
    if (!echo) send(target);
  };
}

/**
 * Ends this process as the child ended, so that npm and shells see the same exit code or signal.
 * @param {Pick<Outcome, "code" | "signal">} outcome
 */
export function endLike({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  else process.exitCode = code ?? 1;
}
