import { expect, test } from "vitest";
import { hang } from "../testing/fake-fetch.ts";
import { createManualTime } from "../testing/manual-time.ts";
import { createFetchJson } from "./fetch-json.ts";

function fetchJsonOf(answer: (signal: AbortSignal) => Response | Promise<Response>) {
  const timers = createManualTime(0);
  const fetchJson = createFetchJson({ timers, fetch: async (_, { signal }) => answer(signal as AbortSignal) });
  return { timers, fetched: fetchJson("https://id.example.com/jwks") };
}

/** A body that goes on until it is let go. */
function endlessBody(part: string): { body: ReadableStream<Uint8Array>; cancelled: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(part)),
    cancel: () => resolve(),
  });
  return { body, cancelled: promise };
}

test.each<[string | null, number | undefined]>([
  [null, undefined],
  ["max-age=60", 60],
  ["public, max-age=600, stale-if-error=86400", 600],
  ['Max-Age="30"', 30],
  ["s-maxage=5", undefined],
  ["no-store", 0],
  ["no-cache, max-age=60", 0],
])("reads Cache-Control: %s as %s seconds", async (value, maxAgeSeconds) => {
  const headers = value === null ? {} : { "cache-control": value };
  const { fetched } = fetchJsonOf(() => Response.json({ a: 1 }, { headers }));
  expect(await fetched).toEqual({ json: { a: 1 }, maxAgeSeconds });
});

test.each([201, 204, 302, 304, 404, 500, 503])("refuses status %i", async (status) => {
  const body = status === 204 || status === 304 ? null : "{}";
  await expect(fetchJsonOf(() => new Response(body, { status })).fetched).rejects.toThrow(`answered ${status}`);
});

test.each([
  ["HTML", "<!doctype html>"],
  ["nothing", ""],
  ["half of it", '{"keys":['],
])("refuses %s", async (_, body) => {
  await expect(fetchJsonOf(() => new Response(body)).fetched).rejects.toThrow(SyntaxError);
});

test("refuses more than a megabyte, and lets go of the rest", async () => {
  const { body, cancelled } = endlessBody(" ".repeat(65_536));
  await expect(fetchJsonOf(() => new Response(body)).fetched).rejects.toThrow("more than 1048576 bytes");
  await cancelled;
});

test("waits five seconds for an answer, and no longer", async () => {
  const { timers, fetched } = fetchJsonOf(hang);
  const failed = expect(fetched).rejects.toThrow("took longer than 5000 ms");
  timers.advance(5_000);
  await failed;
});
