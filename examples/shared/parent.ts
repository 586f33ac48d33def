import { fstatSync } from "node:fs";

/**
 * Calls `stop` when standard input ends, which is how a companion learns that the process holding the other end died,
 * even by kill -9. Only a pipe says that: a terminal stays open, and /dev/null has ended from the start.
 */
export function onParentGone(stop: () => void): void {
  if (!isPipe(0)) return;
  process.stdin.once("end", stop);
  process.stdin.once("error", stop);
  process.stdin.resume();
}

function isPipe(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    // Node's own `stdio: "pipe"` is a socket pair on Unix.
    return stat.isFIFO() || stat.isSocket();
  } catch {
    // Closed before we were started: nobody holds it.
    return false;
  }
}
