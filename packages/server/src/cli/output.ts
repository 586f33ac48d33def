import { errorCatalogue } from "@holdfast/protocol";
import type { ConfigWarning } from "../config/index.ts";
import { AppError } from "../http/app-error.ts";

/** Prints an answer: one JSON line for programs, or text for people. */
export function print(isJson: boolean | undefined, value: unknown, text: string): void {
  process.stdout.write(`${isJson ? JSON.stringify(value) : text}\n`);
}

/** Prints an error on standard error and sets the exit code; what nobody foresaw comes with its stack. */
export function printError(error: unknown, isJson: boolean): void {
  process.exitCode ??= 1;
  if (!(error instanceof AppError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const detail = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${isJson ? JSON.stringify({ error: "internal_error", detail, stack }) : stack}\n`);
    return;
  }
  const { code, detail, problems } = error;
  const { title, action } = errorCatalogue[code];
  const text = isJson
    ? JSON.stringify({ error: code, detail, action, ...(problems ? { problems } : {}) })
    : `holdfast: ${title} (${code})\n${detail}\n→ ${action}`;
  process.stderr.write(`${text}\n`);
}

/** A paragraph for each warning. */
export function formatWarnings(warnings: readonly ConfigWarning[]): string[] {
  return warnings.map(
    ({ code, setting, message, action }) => `  ! ${setting} (${code})\n    ${message}\n    → ${action}`,
  );
}

/** Lines up rows in columns. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
