import type { IncomingMessage } from "node:http";

/** A person's choice is under 100 bytes. */
const maximumBytes = 4096;

/** The request's body is not a form we read. */
export class FormRefused extends Error {
  readonly status: 413 | 415;

  constructor(status: 413 | 415, message: string) {
    super(message);
    this.name = "FormRefused";
    this.status = status;
  }
}

/** Reads a submitted HTML form. @throws FormRefused */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const mediaType = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/x-www-form-urlencoded") throw new FormRefused(415, "The body is not a form.");

  const chunks: Buffer[] = [];
  let bytes = 0;
  // Giving up half-way must leave the connection open, or the answer cannot be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > maximumBytes) throw new FormRefused(413, "The form is too large.");
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}
