/**
 * What the file storage uses of `node:fs/promises`. Named here and not by Node's own types, so that a page's program, which
 * shares this package, does not see them.
 */
export interface NodeFiles {
  open(path: string, flags: string, mode?: number): Promise<FileHandle>;
  readFile(path: string, encoding: "utf8"): Promise<string>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<{ readonly mtimeMs: number; readonly mode: number }>;
  chmod(path: string, mode: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  link(existing: string, added: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string, options: { readonly recursive: true; readonly mode: number }): Promise<unknown>;
  realpath(path: string): Promise<string>;
}

export interface FileHandle {
  writeFile(text: string): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Named at run time: whoever bundles for a worker must not be made to look for what is not there. */
const moduleName: string = "node:fs/promises";

/** Node, Deno and Bun have it. */
export function loadNodeFiles(): Promise<NodeFiles> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ moduleName) as Promise<NodeFiles>;
}

/** Who runs on this machine; undefined where a runtime does not tell. */
export const processes: NodeProcesses | undefined = (globalThis as { process?: NodeProcesses }).process;

interface NodeProcesses {
  readonly pid: number;
  kill(pid: number, signal: 0): unknown;
}

/** Whether a file operation failed with this code: `ENOENT`, `EEXIST`… */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}
