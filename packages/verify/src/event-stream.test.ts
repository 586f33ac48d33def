import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createEventStreamParser, type ServerSentEvent } from "./event-stream.ts";

const encoder = new TextEncoder();

function parse(chunks: readonly Uint8Array[], lastEventId = "") {
  const events: (ServerSentEvent & { lastEventId: string })[] = [];
  const parser = createEventStreamParser({
    lastEventId,
    onEvent: (event) => events.push({ ...event, lastEventId: parser.lastEventId }),
  });
  for (const chunk of chunks) parser.push(chunk);
  return { events, lastEventId: parser.lastEventId, retryMs: parser.retryMs };
}

const parseText = (text: string) => parse([encoder.encode(text)]);
const dataOf = (text: string) => parseText(text).events.map(({ data }) => data);

describe("reads, as the HTML Living Standard, section 9.2.6, shows,", () => {
  test("an event of several lines of data", () => {
    expect(dataOf("data: YHOO\ndata: +2\ndata: 10\n\n")).toEqual(["YHOO\n+2\n10"]);
  });

  test("comments, ids and the end of an id", () => {
    const stream = ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
    const { events, lastEventId } = parseText(stream);
    expect(events.map(({ data }) => data)).toEqual(["first event", "second event", " third event"]);
    expect(lastEventId).toBe("");
  });

  test("empty data, and drops an event that is not ended", () => {
    expect(dataOf("data\n\ndata\ndata\n\ndata:")).toEqual(["", "\n"]);
  });

  test("data with and without one space after the colon", () => {
    expect(dataOf("data:test\n\ndata: test\n\n")).toEqual(["test", "test"]);
  });
});

test.each<[string, string, string[]]>([
  ["ends lines at LF", "data: a\n\ndata: b\n\n", ["a", "b"]],
  ["ends lines at CR", "data: a\r\rdata: b\r\r", ["a", "b"]],
  ["ends lines at CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]],
  ["ends lines at a mixture", "data: a\r\n\ndata: b\n\rdata: c\r\r\n", ["a", "b", "c"]],
  ["removes one byte order mark", "\ufeffdata: a\n\n", ["a"]],
  ["removes no second byte order mark", "\ufeff\ufeffdata: a\n\ndata: b\n\n", ["b"]],
  ["passes over unknown fields", "foo: x\nDATA: x\n data: x\ndata: a\n\n", ["a"]],
  ["keeps a colon within the value", "data: a:b: c\n\n", ["a:b: c"]],
  ["passes over an event without data", "event: x\nid: 1\n\ndata: a\n\n", ["a"]],
  ["does not end lines at other separators", "data: a\u2028b\u0085c\u000bd\n\n", ["a\u2028b\u0085c\u000bd"]],
])("%s", (_, stream, data) => {
  expect(dataOf(stream)).toEqual(data);
});

test("names an event, and calls the next one a message again", () => {
  expect(parseText("event: tick\ndata: 1\n\ndata: 2\n\n").events.map(({ event }) => event)).toEqual([
    "tick",
    "message",
  ]);
});

test("keeps an id until another comes, also for an event without data", () => {
  expect(parseText("id: 7\ndata: a\n\ndata: b\n\n").lastEventId).toBe("7");
  expect(parseText("id: 7\n\n").lastEventId).toBe("7");
});

test("takes an id only when its event is complete", () => {
  expect(parse([encoder.encode("id: 7\ndata: a\n\nid: 8\ndata: b\n")], "6").lastEventId).toBe("7");
});

test("takes an id only after the event was handled", () => {
  expect(parseText("id: 7\ndata: a\n\n").events).toEqual([{ event: "message", data: "a", lastEventId: "" }]);
});

test("passes over an id with a null character", () => {
  expect(parse([encoder.encode("id: 8\0\ndata: a\n\n")], "7").lastEventId).toBe("7");
});

test.each<[string, number | undefined]>([
  ["1500", 1500],
  ["1.5", undefined],
  ["-1", undefined],
  ["", undefined],
])("reads retry: %s as %s", (value, retryMs) => {
  expect(parseText(`retry: ${value}\n`).retryMs).toBe(retryMs);
});

test.each([
  ["line", "data: ", "x".repeat(1000)],
  ["event", "", "data: xxxxxxxxx\n".repeat(100)],
])("refuses to keep an endless %s", (_, start, more) => {
  const parser = createEventStreamParser({ onEvent: () => {} });
  parser.push(encoder.encode(start));
  expect(() => {
    for (let index = 0; index < 100; index += 1) parser.push(encoder.encode(more));
  }).toThrow("more than 65536 characters");
});

describe("gives the same events however the bytes are cut", () => {
  const piece = fc.constantFrom(
    ...["\r", "\n", "\r\n", "\r\r", "\n\n", "\r\n\r\n", ":", " ", "data: ", "data", "event: tick", "id: ", "retry: 5"],
    ...["é", "€", "😀", "\ufeff", "\0", "x", "42"],
  );
  const stream = fc.array(piece, { maxLength: 60 }).map((pieces) => encoder.encode(pieces.join("")));
  // Invalid UTF-8 as well: the decoder must replace it the same way on both sides of a cut.
  const bytes = fc.oneof({ weight: 4, arbitrary: stream }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) });

  test("in two anywhere, in single bytes, or not at all", () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat({ max: 400 })), (whole, cuts) => {
        const positions = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
        const chunks = positions.slice(1).map((end, index) => whole.subarray(positions[index], end));
        const expected = parse([whole]);
        expect(parse(chunks)).toEqual(expected);
        expect(parse([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test("and of lines that are put together by a writer, each comes back", () => {
    const line = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n]/.test(text));
    const events = fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
    fc.assert(
      fc.property(events, fc.constantFrom("\n", "\r", "\r\n"), (written, end) => {
        const text = written.map((lines) => lines.map((one) => `data: ${one}${end}`).join("") + end).join("");
        expect(dataOf(text)).toEqual(written.map((lines) => lines.join("\n")));
      }),
    );
  });
});
