import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { errorCode } from "./errors.ts";

/** A process that runs now. */
export interface RunningProcess {
  /** Tells two processes with the same pid apart; null when the platform does not say. */
  readonly startTime: string | null;
  /** The command with its arguments, separated by spaces; null when the platform does not say. */
  readonly commandLine: string | null;
}

/** Looks at a process; null when there is none, or only its remains (a zombie that nobody has waited for). */
export function inspectProcess(pid: number): RunningProcess | null {
  if (!isSignallable(pid)) return null;
  return process.platform === "linux" ? inspectThroughProc(pid) : inspectThroughPs(pid);
}

/**
 * Whether the process that once had this pid and start time still runs. Pids are used again: after a restart of the
 * machine or of a container the same number is soon someone else.
 */
export function isStillRunning(pid: number, startTime: string | null): boolean {
  const found = inspectProcess(pid);
  if (!found) return false;
  return startTime === null || found.startTime === null || found.startTime === startTime;
}

function isSignallable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, but belongs to someone else.
    return errorCode(error) === "EPERM";
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: field 3 is the state, field 22 the start in clock ticks. */
function inspectThroughProc(pid: number): RunningProcess | null {
  const stat = readIfPossible(`/proc/${pid}/stat`);
  if (stat === null) return { startTime: null, commandLine: null };
  // Field 2, the name in parentheses, may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return null;
  // Ticks count from the machine's start, so the boot belongs to the identity.
  const boot = readIfPossible("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  const commandLine = readIfPossible(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ").trim() ?? null;
  return { startTime: `${fields[19]}@${boot}`, commandLine };
}

function inspectThroughPs(pid: number): RunningProcess | null {
  const { stdout } = spawnSync("ps", ["-p", String(pid), "-o", "stat=", "-o", "lstart=", "-o", "args="], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
  });
  return parsePs(stdout ?? "");
}

/** Reads `ps -o stat= -o lstart= -o args=`, e.g. `Ss   Sat Nov 21 02:28:32 2026 postgres -D /data`. */
export function parsePs(line: string): RunningProcess | null {
  const match = /^\s*(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/m.exec(line);
  if (!match) return { startTime: null, commandLine: null };
  const [, state = "", startTime = "", commandLine = ""] = match;
  return state.startsWith("Z") ? null : { startTime: startTime.replace(/\s+/g, " "), commandLine: commandLine.trim() };
}

function readIfPossible(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Gone meanwhile, or hidden from us (a /proc mounted with hidepid).
    return null;
  }
}
