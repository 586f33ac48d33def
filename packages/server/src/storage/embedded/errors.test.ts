import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { dataLocked, explainFileError } from "./errors.ts";

describe("explainFileError", () => {
  it("makes a refusal of the file system one that a person can act on", async () => {
    const refusal = await readFile("/nowhere/at/all").catch((error: unknown) => error);
    expect(explainFileError(refusal)).toMatchObject({
      code: "data_inaccessible",
      message: expect.stringContaining("/nowhere/at/all"),
      cause: refusal,
    });
  });

  it.each([dataLocked("taken"), new TypeError("a mistake of ours"), "no error at all"])(
    "leaves %s as it is",
    (error) => {
      expect(explainFileError(error)).toBe(error);
    },
  );
});
