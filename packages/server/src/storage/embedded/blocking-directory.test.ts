import { chmod, chown, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findBlockingDirectory } from "./blocking-directory.ts";
import { temporaryDirectory } from "./data-directory.testing.ts";

const stranger = { uid: 4321, gid: 1234 };

describe("findBlockingDirectory", () => {
  it("finds nothing on an open way", async () => {
    expect(await findBlockingDirectory(join(await temporaryDirectory(), "data"), stranger)).toBeNull();
  });

  it("names the outermost closed directory", async () => {
    const outer = await temporaryDirectory(0o700);
    await mkdir(join(outer, "inner"), { mode: 0o700 });
    expect(await findBlockingDirectory(join(outer, "inner", "data"), stranger)).toBe(outer);
  });

  it.runIf(process.getuid?.() === 0).each<[number, number, number, boolean]>([
    [0o700, stranger.uid, 0, true],
    [0o077, stranger.uid, 0, false],
    [0o710, 0, stranger.gid, true],
    [0o701, 0, stranger.gid, false],
    [0o701, 0, 0, true],
    [0o710, 0, 0, false],
  ])("judges mode %o of user %i and group %i: open is %s", async (mode, uid, gid, open) => {
    const directory = join(await temporaryDirectory(), "directory");
    await mkdir(directory);
    await chown(directory, uid, gid);
    await chmod(directory, mode);
    const blocking = await findBlockingDirectory(join(directory, "data"), stranger);
    expect(blocking).toBe(open ? null : directory);
  });
});
