import type { Readable } from "node:stream";

/**
 * Reads the beginning of a body. What comes too late, or breaks off, is left out: the status has said what matters, and
 * a body that drips must not make a failure of a success.
 */
export async function readExcerpt(body: Readable, maximumBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= maximumBytes) break;
    }
  } catch {
    // As much as came.
  }
  body.destroy();
  return Buffer.concat(chunks).subarray(0, maximumBytes);
}
