import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFileStorage } from "./file-storage.ts";
import { loadNodeFiles, type NodeFiles } from "./node-files.ts";

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-storage-"));
  path = join(directory, "deep", "session.json");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

describe("createFileStorage", () => {
  it("answers null where nothing was written, and then what was", async () => {
    const storage = createFileStorage(path);
    expect(await storage.read()).toBeNull();
    await storage.write("one");
    await storage.write("two é");
    expect(await storage.read()).toBe("two é");
    expect(await createFileStorage(path).read()).toBe("two é");
    expect(await readdir(join(directory, "deep"))).toEqual(["session.json"]);
  });

  it("lets nobody else read it, nor look into the directory that it made", async () => {
    const storage = createFileStorage(path);
    await storage.write("one");
    expect(await modeOf(path)).toBe(0o600);
    expect(await modeOf(join(directory, "deep"))).toBe(0o700);
    await chmod(path, 0o644);
    await createFileStorage(path).read();
    expect(await modeOf(path)).toBe(0o600);
  });

  it("flushes the text, and then the directory, before it says that it has written", async () => {
    const done: string[] = [];
    const files = await loadNodeFiles();
    const watched: NodeFiles = {
      ...files,
      async open(name, flags, mode) {
        const handle = await files.open(name, flags, mode);
        const what = flags === "r" ? "directory" : "text";
        return {
          writeFile: (text) => handle.writeFile(text),
          close: () => handle.close(),
          async sync() {
            await handle.sync();
            done.push(`flush ${what}`);
          },
        };
      },
      async rename(from, to) {
        await files.rename(from, to);
        done.push("rename");
      },
    };
    await createFileStorage(path, { files: watched }).write("one");
    expect(done).toEqual(["flush text", "rename", "flush directory"]);
  });

  it("keeps the former text, and leaves nothing behind, when the disk is full", async () => {
    const files = await loadNodeFiles();
    await createFileStorage(path).write("one");
    const full: NodeFiles = { ...files, rename: () => Promise.reject(new Error("ENOSPC")) };
    await expect(createFileStorage(path, { files: full }).write("two")).rejects.toThrow("ENOSPC");
    expect(await createFileStorage(path).read()).toBe("one");
    expect(await readdir(join(directory, "deep"))).toEqual(["session.json"]);
  });

  it("writes where a link leads to, and keeps the link", async () => {
    await createFileStorage(path).write("one");
    const link = join(directory, "link.json");
    await symlink(path, link);
    await createFileStorage(link).write("two");
    expect(await readFile(path, "utf8")).toBe("two");
    expect(await readFile(link, "utf8")).toBe("two");
  });

  it("sweeps away what a killed process left half-written, and only that", async () => {
    await createFileStorage(path).write("one");
    const [old, young, other] = ["session.json.1.tmp", "session.json.2.tmp", "else.json.1.tmp"].map((name) =>
      join(directory, "deep", name),
    ) as [string, string, string];
    const longAgo = new Date(Date.now() - 120_000);
    for (const file of [old, young, other]) await writeFile(file, "rt-secret");
    for (const file of [old, other]) await utimes(file, longAgo, longAgo);
    await createFileStorage(path).read();
    expect(await readdir(join(directory, "deep"))).toEqual(["else.json.1.tmp", "session.json", "session.json.2.tmp"]);
  });
});

describe("the lock of a file", () => {
  it("lets one process at a time change what is in it", async () => {
    await createFileStorage(path).write("0");
    const program = fileURLToPath(new URL("file-storage.testing.ts", import.meta.url));
    const run = promisify(execFile);
    await Promise.all(Array.from({ length: 3 }, () => run(process.execPath, [program, path, "20"])));
    expect(await createFileStorage(path).read()).toBe("60");
    expect(await readdir(join(directory, "deep"))).toEqual(["session.json"]);
  });

  it.each([
    ["was killed", "999999999 x"],
    ["wrote nothing into it before it was killed", ""],
  ])("is taken from a process that %s", async (_what, holder) => {
    const storage = createFileStorage(path);
    await storage.write("one");
    await writeFile(`${path}.lock`, holder);
    expect(await storage.exclusively?.(async () => "done")).toBe("done");
    expect(await readdir(join(directory, "deep"))).toEqual(["session.json"]);
  });

  it("is done without where none can be had", async () => {
    const files = await loadNodeFiles();
    const readOnly: NodeFiles = { ...files, open: () => Promise.reject(Object.assign(new Error(), { code: "EROFS" })) };
    const storage = createFileStorage(path, { files: readOnly });
    expect(await storage.exclusively?.(async () => "done")).toBe("done");
  });
});
