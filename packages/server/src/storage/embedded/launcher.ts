import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { findBlockingDirectory } from "./blocking-directory.ts";
import type { Owner } from "./data-layout.ts";
import { dataInaccessible } from "./errors.ts";

/** Starts programs as the user that PostgreSQL runs as. */
export interface Launcher {
  spawn(command: string, args: readonly string[], options: Pick<SpawnOptions, "stdio" | "detached">): ChildProcess;
}

// Not ours: PGDATA, PGPORT and the like would change what PostgreSQL does, and our secrets are none of its business.
const environment = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", TZ: "UTC" };

/**
 * Makes the launcher for a user, once it is sure that the user can reach what it needs.
 *
 * As root with everything below a closed directory (a checkout in /root, mode 0700), PostgreSQL is given the capability
 * CAP_DAC_READ_SEARCH: it then passes closed directories, but can write no more than before.
 *
 * @param user null: as ourselves
 * @param needed the files and directories that PostgreSQL works with
 * @throws AppError `data_inaccessible`
 */
export async function createLauncher(user: Owner | null, needed: readonly string[]): Promise<Launcher> {
  const blocking = user ? await findFirstBlocking(needed, user) : null;
  const prefix = user && blocking ? commandWithReadSearch(user, blocking) : [];
  const identity = user && !blocking ? user : {};
  return {
    spawn(command, args, options) {
      const [file = command, ...rest] = [...prefix, command, ...args];
      // Setting uid, Node.js clears the supplementary groups too. The current directory may be a closed one.
      return spawn(file, rest, { ...options, ...identity, env: environment, cwd: "/" });
    },
  };
}

async function findFirstBlocking(needed: readonly string[], user: Owner): Promise<string | null> {
  for (const path of needed) {
    const blocking = await findBlockingDirectory(path, user);
    if (blocking) return blocking;
  }
  return null;
}

/** The words before a command that give it a user and the one capability (setpriv(1), capabilities(7)). */
function commandWithReadSearch({ uid, gid }: Owner, blocking: string): string[] {
  const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => existsSync(path));
  if (!setpriv || !canGrantReadSearch()) {
    throw dataInaccessible(
      `PostgreSQL refuses to run as root and would run as user ${uid}, but ${blocking} does not let that user through. Choose a data directory elsewhere, run \`chmod o+x ${blocking}\`, or run Holdfast as another user than root.`,
    );
  }
  return [
    setpriv,
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    "--inh-caps=-all,+dac_read_search",
    "--ambient-caps=-all,+dac_read_search",
    "--bounding-set=-all,+dac_read_search",
    // access(2), with which PostgreSQL looks for its own files, leaves capabilities aside for a user who is not root,
    // unless this bit is set.
    "--securebits=+no_setuid_fixup",
    "--no-new-privs",
    "--",
  ];
}

/** Whether we hold the capability ourselves: root in a container often does not. */
function canGrantReadSearch(): boolean {
  const needed = (1n << 2n) | (1n << 8n); // CAP_DAC_READ_SEARCH, CAP_SETPCAP
  try {
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
    return (BigInt(`0x${effective}`) & needed) === needed;
  } catch {
    return false;
  }
}
