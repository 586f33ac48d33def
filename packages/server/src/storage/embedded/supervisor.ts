import { createInterface } from "node:readline";
import { embeddedFailed } from "./errors.ts";
import type { Launcher } from "./launcher.ts";

/**
 * Stands between us and PostgreSQL. It holds our pipe (fd 3); when the pipe closes, because we closed it or because we
 * were killed, it sends SIGINT, PostgreSQL's fast shutdown. As PostgreSQL's parent it also keeps the pid from being used
 * again while it may still signal it. `read` gets nothing but the end: we never write.
 *
 * The signals of a terminal or of a service manager, sent to everybody, are not for it: PostgreSQL goes after us.
 */
const script = `
trap '' HUP INT TERM
exec 3<&0 </dev/null
"$@" 3<&- >&2 &
postmaster=$!
echo "$postmaster"
{ read -r line <&3; kill -INT "$postmaster"; } >/dev/null 2>&1 &
watcher=$!
exec 3<&- >&-
wait "$postmaster"
status=$?
kill -KILL "$watcher" 2>/dev/null
exit "$status"
`;

/** A PostgreSQL server under its supervisor. */
export interface Supervised {
  /** The postmaster's pid. */
  readonly pid: number;
  /** Resolves when it has ended, with how, in words: `exit code 1`, `signal SIGKILL`. */
  readonly ended: Promise<string>;
  readonly hasEnded: () => boolean;
  /** Asks for the fast shutdown. */
  closePipe(): void;
}

/**
 * Starts a PostgreSQL server that stops when we do.
 *
 * @param command the server's program and arguments
 * @param logFd where it writes
 * @throws AppError `embedded_failed`
 */
export async function supervise(launcher: Launcher, command: readonly string[], logFd: number): Promise<Supervised> {
  // `detached` gives it a session of its own: Ctrl-C in our terminal is for us alone.
  const child = launcher.spawn("/bin/sh", ["-c", script, "holdfast-postgres", ...command], {
    stdio: ["pipe", "pipe", logFd],
    detached: true,
  });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new TypeError("the supervisor has pipes");
  stdin.on("error", () => {});
  let over = false;
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(describeEnd(code, signal)));
  }).finally(() => {
    over = true;
    stdin.destroy();
  });
  const [pid] = await Promise.race([firstLine(stdout), ended.then(() => [])]);
  stdout.destroy();
  if (!pid) throw embeddedFailed(`The supervisor of PostgreSQL did not start (${await ended}).`);
  return { pid: Number(pid), ended, hasEnded: () => over, closePipe: () => stdin.end() };
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string[]> {
  for await (const line of createInterface({ input: stream })) return [line];
  return [];
}

/** A shell reports a child that a signal ended as 128 + the signal's number. */
function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `its supervisor got ${signal}`;
  return code !== null && code > 128 ? `signal ${code - 128}` : `exit code ${code}`;
}
