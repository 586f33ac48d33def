import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Line } from "./line.ts";

/** Where everything that happens is written down, and handed on to the judge. */
export interface HistoryWriter {
  readonly path: string;
  write(line: Line): void;
  /** Resolves when it is all on its way to the disk. */
  close(): Promise<void>;
}

export interface HistoryWriterDeps {
  readonly path: string;
  /** Gets the same text. */
  readonly judge: { write(text: string): unknown };
}

// Enough that a line costs no write of its own.
const gatheredCharacters = 32_768;

export function createHistoryWriter({ path, judge }: HistoryWriterDeps): HistoryWriter {
  const file = createWriteStream(path, { flags: "a" });
  let gathered = "";

  function flush(): void {
    if (gathered === "") return;
    file.write(gathered);
    judge.write(gathered);
    gathered = "";
  }

  const timer = setInterval(flush, 250);
  return {
    path,
    write(line) {
      gathered += `${JSON.stringify(line)}\n`;
      if (gathered.length >= gatheredCharacters) flush();
    },
    async close() {
      clearInterval(timer);
      flush();
      file.end();
      await finished(file);
    },
  };
}
