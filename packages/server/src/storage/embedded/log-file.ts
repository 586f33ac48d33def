import { type FileHandle, open, rename, stat } from "node:fs/promises";

const rotateAboveBytes = 4 * 1024 * 1024;
const tailBytes = 2_000;

/** PostgreSQL's log, opened for it to write to. */
export interface LogFile {
  readonly fd: number;
  /** What was written since it was opened: the last 2,000 bytes at most. */
  tail(): Promise<string>;
  close(): Promise<void>;
}

/** Opens the log to append to; one over 4 MiB is put aside as `postgres.log.1`. */
export async function openLogFile(path: string): Promise<LogFile> {
  await rotate(path);
  const file = await open(path, "a+", 0o600);
  const start = (await file.stat()).size;
  return { fd: file.fd, tail: () => readFrom(file, start), close: () => file.close() };
}

async function readFrom(file: FileHandle, start: number): Promise<string> {
  const { size } = await file.stat();
  const from = Math.max(start, size - tailBytes);
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(tailBytes), position: from });
  return buffer.toString("utf8", 0, bytesRead).trim();
}

async function rotate(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found && found.size > rotateAboveBytes) await rename(path, `${path}.1`);
}
