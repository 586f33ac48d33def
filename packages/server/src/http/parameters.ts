import { AppError } from "./app-error.ts";
import type { HttpContext } from "./context.ts";

const maximumLength = 4_096;
const maximumBody = 64 * 1024;
const formType = "application/x-www-form-urlencoded";
const jsonType = "application/json";

/** The parameters of one request: each at most once, none with control characters. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Reads the query. A parameter given twice is refused (RFC 6749, section 3.1): what two readers would read differently,
 * nobody should trust.
 *
 * @throws AppError `invalid_request`
 */
export function readQuery(context: HttpContext): Parameters {
  return toParameters(new URL(context.req.url).searchParams);
}

/**
 * Reads a body of `application/x-www-form-urlencoded` or `application/json`; none at all is no parameters.
 *
 * @throws AppError `invalid_request`, `payload_too_large`, `unsupported_media_type`
 */
export async function readBody(context: HttpContext): Promise<Parameters> {
  const text = await readText(context);
  const type = contentType(context);
  if (text === "") return new Map();
  if (type === formType) return toParameters(new URLSearchParams(text));
  if (type === jsonType) return toParameters(parseJsonObject(text));
  throw new AppError("unsupported_media_type");
}

/**
 * The same of a form alone, as OAuth's endpoints have it.
 *
 * @throws AppError `invalid_request`, `payload_too_large`, `unsupported_media_type`
 */
export async function readForm(context: HttpContext): Promise<Parameters> {
  assertContentType(context, formType);
  return toParameters(new URLSearchParams(await readText(context)));
}

/**
 * The same of a JSON object alone: no page can make a browser send one to another site with the credentials that the
 * browser remembers.
 *
 * @throws AppError `invalid_request`, `payload_too_large`, `unsupported_media_type`
 */
export async function readFlatJson(context: HttpContext): Promise<Parameters> {
  assertContentType(context, jsonType);
  return toParameters(parseJsonObject(await readText(context)));
}

/**
 * Any JSON, for a schema to judge.
 *
 * @param limit bytes at most
 * @throws AppError `invalid_request`, `payload_too_large`, `unsupported_media_type`
 */
export async function readJson(context: HttpContext, limit: number = maximumBody): Promise<unknown> {
  assertContentType(context, jsonType);
  return parseJson(await readText(context, limit));
}

function contentType(context: HttpContext): string | undefined {
  return context.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
}

function assertContentType(context: HttpContext, expected: string): void {
  if (contentType(context) !== expected) {
    throw new AppError("unsupported_media_type", `This address takes ${expected} only.`);
  }
}

/** Reads no further than the limit, whatever the header said of the length. */
async function readText(context: HttpContext, limit: number = maximumBody): Promise<string> {
  const declared = Number(context.req.header("content-length") ?? 0);
  if (declared > limit) throw new AppError("payload_too_large");
  // What was declared is all that Node lets through, and it need not be read as a stream.
  if (declared > 0 && context.req.header("transfer-encoding") === undefined) return context.req.text();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of context.req.raw.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw new AppError("payload_too_large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function toParameters(entries: Iterable<readonly [string, string]>): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of entries) {
    if (parameters.has(name)) throw invalid(name, "is given more than once");
    if (value.length > maximumLength) throw invalid(name, `is longer than ${maximumLength} characters`);
    if (hasControlCharacter(value)) throw invalid(name, "holds a control character");
    parameters.set(name, value);
  }
  return parameters;
}

function hasControlCharacter(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function* parseJsonObject(text: string): Generator<readonly [string, string]> {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AppError("invalid_request", "The body is not a JSON object.");
  }
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== "string") throw invalid(name, "is not a string");
    yield [name, member];
  }
  if (countMembers(text) !== Object.keys(value).length) {
    throw new AppError("invalid_request", "The body gives a member more than once.");
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The cause stays out of the log: it quotes the body, and there are secrets in it.
    throw new AppError("invalid_request", "The body is not valid JSON.");
  }
}

/** How many members a flat JSON object has as written: of those with one name, `JSON.parse` keeps only the last. */
function countMembers(text: string): number {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").split(":").length - 1;
}

/** An `invalid_request` that names the parameter. */
export function invalid(path: string, message: string): AppError {
  return new AppError("invalid_request", `The parameter "${printable(path)}" ${message}.`, {
    problems: [{ path: printable(path), message }],
  });
}

/** A name from outside, fit to be repeated in an answer. */
function printable(name: string): string {
  return name.slice(0, 40).replaceAll(/[^\x20-\x7e]/g, "?");
}
