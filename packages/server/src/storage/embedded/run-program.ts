import { text } from "node:stream/consumers";
import { embeddedFailed, embeddedUnsupported, errorCode } from "./errors.ts";
import type { Launcher } from "./launcher.ts";

const shownCharacters = 2_000;

/** A program to run to its end. */
interface Program {
  readonly path: string;
  readonly args: readonly string[];
  /** Written to its standard input. */
  readonly input?: string;
}

/**
 * Runs a program of PostgreSQL's to its end.
 *
 * @throws AppError `embedded_failed` with what it said, `embedded_unsupported` when it cannot run on this machine
 */
export async function runProgram(launcher: Launcher, { path, args, input = "" }: Program): Promise<void> {
  const child = launcher.spawn(path, args, { stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.once("error", reject).once("close", (code, signal) => resolve(code ?? signal));
  });
  // It may end before it has read everything; its exit code tells why.
  child.stdin?.on("error", () => {}).end(input);
  const output = Promise.all([child.stdout, child.stderr].map((stream) => (stream ? text(stream) : "")));
  try {
    const status = await ended;
    if (status === 0) return;
    throw embeddedFailed(`${path} ended with ${status}.`, (await output).join("\n").trim().slice(-shownCharacters));
  } catch (error) {
    // The file is there, so what is missing is the loader that it names: glibc, on a system with musl.
    if (errorCode(error) === "ENOENT") throw embeddedUnsupported(`${path} cannot run here; it needs glibc.`, error);
    throw error;
  }
}
