/** The same request for a second time, made before the first is sent; null where its body is gone once that has left. */
export function copyOf(input: string | URL | Request, body: unknown): string | URL | Request | null {
  // Streams, and what some runtimes take beside them: read once, and not by us.
  if (body instanceof ReadableStream || (typeof body === "object" && body && Symbol.asyncIterator in body)) return null;
  return input instanceof Request && !body ? input.clone() : input;
}
