import { mkdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "./data-directory.testing.ts";
import { hydrateSymlinks } from "./symlinks.ts";

const list = [
  { source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so" },
  { source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" },
];

async function packageWithoutLinks(): Promise<string> {
  const root = await temporaryDirectory();
  await mkdir(join(root, "native", "lib"), { recursive: true });
  await writeFile(join(root, "native", "pg-symlinks.json"), JSON.stringify(list));
  await writeFile(join(root, "native", "lib", "libpq.so.5.18"), "a library");
  return root;
}

describe("hydrateSymlinks", () => {
  it("makes the links relative, so that they survive a move", async () => {
    const root = await packageWithoutLinks();
    await hydrateSymlinks(root);
    for (const { target } of list) {
      expect(await readlink(join(root, target))).toBe("libpq.so.5.18");
      expect(await readFile(join(root, target), "utf8")).toBe("a library");
    }
  });

  it("may run many times at once", async () => {
    const root = await packageWithoutLinks();
    await Promise.all(Array.from({ length: 8 }, () => hydrateSymlinks(root)));
    expect(await readlink(join(root, "native/lib/libpq.so.5"))).toBe("libpq.so.5.18");
  });

  it("makes nothing where the links exist", async () => {
    const root = await packageWithoutLinks();
    await hydrateSymlinks(root);
    const made: string[] = [];
    await hydrateSymlinks(root, async (_, path) => void made.push(path));
    expect(made).toEqual([]);
  });

  it("says which directory must be writable when a link cannot be made", async () => {
    const root = await packageWithoutLinks();
    const readOnly = async () => {
      throw Object.assign(new Error("read-only file system"), { code: "EROFS" });
    };
    await expect(hydrateSymlinks(root, readOnly)).rejects.toMatchObject({
      code: "embedded_failed",
      message: expect.stringContaining(`(EROFS). Make ${join(root, "native", "lib")} writable`),
    });
  });
});
