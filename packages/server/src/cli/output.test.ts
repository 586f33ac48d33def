import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AppError } from "../http/app-error.ts";
import { formatTable, print, printError } from "./output.ts";

let written: { out: string; err: string };
beforeEach(() => {
  written = { out: "", err: "" };
  for (const [name, stream] of [
    ["out", process.stdout],
    ["err", process.stderr],
  ] as const) {
    vi.spyOn(stream, "write").mockImplementation((text) => {
      written[name] += text;
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

it("an answer is text for people and one line for programs", () => {
  print(false, { a: 1 }, "one\ntwo");
  print(true, { a: "1\n2" }, "one\ntwo");
  expect(written).toEqual({ out: 'one\ntwo\n{"a":"1\\n2"}\n', err: "" });
});

describe("an error", () => {
  it("tells people what it is, what happened and what to do", () => {
    printError(new AppError("port_in_use", "Port 4000 is taken by another process."), false);
    expect(written).toEqual({
      out: "",
      err: [
        "holdfast: The port is taken (port_in_use)",
        "Port 4000 is taken by another process.",
        "→ Choose another (`--port`; `management.port` for the metrics), or stop the other process.",
        "",
      ].join("\n"),
    });
    expect(process.exitCode).toBe(1);
  });

  it("keeps the exit code that was set before", () => {
    process.exitCode = 2;
    printError(new AppError("invalid_request"), true);
    expect(process.exitCode).toBe(2);
  });

  it("never prints its cause, which may hold anything", () => {
    printError(new AppError("database_unreachable", "No.", { cause: new Error("postgres://u:canary@db") }), false);
    printError(new AppError("database_unreachable", "No.", { cause: new Error("postgres://u:canary@db") }), true);
    expect(written.err).not.toContain("canary");
  });

  it.each([
    ["an error nobody foresaw", new TypeError("x is not a function\nat all")],
    ["something thrown that is no error", "out of cheese"],
    ["nothing at all", undefined],
  ])("that is %s is still one JSON line where JSON was asked for", (_, error) => {
    printError(error, true);
    expect(written.err.split("\n")).toHaveLength(2);
    expect(JSON.parse(written.err)).toMatchObject({ error: "internal_error", detail: expect.any(String) });
  });

  it("that nobody foresaw comes with its stack for people", () => {
    printError(new TypeError("x is not a function"), false);
    expect(written.err).toMatch(/^TypeError: x is not a function\n +at /);
  });
});

it("a table lines up its columns, and ends no line with blanks", () => {
  expect(
    formatTable(
      ["ID", "STATE"],
      [
        ["a", "live"],
        ["longer", ""],
      ],
    ),
  ).toBe("ID      STATE\na       live\nlonger");
});
