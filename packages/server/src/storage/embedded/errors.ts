import { AppError } from "../../http/app-error.ts";

export const dataLocked = (detail: string) => new AppError("data_locked", detail);

export const dataInaccessible = (detail: string, cause?: unknown) =>
  new AppError("data_inaccessible", detail, { cause });

export const embeddedUnsupported = (reason: string, cause?: unknown) =>
  new AppError(
    "embedded_unsupported",
    `${reason} Set DATABASE_URL to a PostgreSQL server (version 15 or newer) instead.`,
    { cause },
  );

/** @param lastLines what PostgreSQL said last; may be empty */
export const embeddedFailed = (reason: string, lastLines = "", cause?: unknown) =>
  new AppError("embedded_failed", lastLines ? `${reason} Its last words:\n${lastLines}` : reason, { cause });

/** The `code` of a Node.js or PostgreSQL error, such as `ENOENT` or `57P03`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** What the file system refused becomes an error that a person can act on; everything else stays what it is. */
export function explainFileError(error: unknown): unknown {
  const fromFileSystem = error instanceof Error && "syscall" in error && "path" in error;
  return fromFileSystem ? dataInaccessible(`The data directory cannot be used: ${error.message}.`, error) : error;
}
