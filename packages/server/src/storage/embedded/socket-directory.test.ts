import { mkdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "./data-directory.testing.ts";
import { createSocketDirectory, planSocketDirectory, removeSocketDirectory, socketFile } from "./socket-directory.ts";

describe("planSocketDirectory", () => {
  it("stays in the data directory while the path fits into sun_path", () => {
    expect(planSocketDirectory("/srv/holdfast")).toBe("/srv/holdfast/run");
    const longest = `/${"x".repeat(81)}`;
    expect(Buffer.byteLength(socketFile(planSocketDirectory(longest)))).toBe(100);
  });

  it.each([
    ["ASCII", `/${"x".repeat(82)}`],
    ["bytes, not characters", `/${"ü".repeat(50)}`],
  ])("goes to the temporary directory when it does not (%s)", (_, root) => {
    const planned = planSocketDirectory(root);
    expect(dirname(planned)).toBe(tmpdir());
    expect(planSocketDirectory(root)).not.toBe(planned);
  });
});

describe("removeSocketDirectory", () => {
  it("removes a directory such as we make", async () => {
    const planned = planSocketDirectory(`/${"x".repeat(200)}`);
    await createSocketDirectory(planned, null);
    await removeSocketDirectory(planned, null);
    await expect(stat(planned)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("leaves any other alone, whatever a lock file says", async () => {
    const directory = join(await temporaryDirectory(), "precious");
    await mkdir(directory);
    await removeSocketDirectory(directory, null);
    expect((await stat(directory)).isDirectory()).toBe(true);
  });
});
