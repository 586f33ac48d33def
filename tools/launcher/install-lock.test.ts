import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withInstallLock } from "./install-lock.mjs";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "holdfast-lock-"));
  file = path.join(folder, "install.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

const deps = { pid: 7, isAlive: () => true, sleep: async () => {}, say: () => {} };

it("holds the lock with its process id during the work, and leaves nothing behind", async () => {
  const seen = await withInstallLock(file, async () => readFileSync(file, "utf8"), deps);
  expect(seen).toBe("7");
  expect(readdirSync(folder)).toEqual([]);
});

it("gives the lock back when the work fails", async () => {
  const work = () => Promise.reject(new Error("no network"));
  await expect(withInstallLock(file, work, deps)).rejects.toThrow("no network");
  expect(existsSync(file)).toBe(false);
});

it("waits for a living holder, and says so once", async () => {
  writeFileSync(file, "42");
  const said: string[] = [];
  let naps = 0;
  const sleep = async () => {
    naps += 1;
    if (naps === 3) rmSync(file);
  };
  await withInstallLock(file, async () => {}, { ...deps, sleep, say: (message: string) => said.push(message) });
  expect(naps).toBe(3);
  expect(said).toEqual(["Process 42 is installing the dependencies; waiting for it …"]);
});

it("takes over the lock of a process that is gone", async () => {
  writeFileSync(file, "42");
  const seen = await withInstallLock(file, async () => readFileSync(file, "utf8"), {
    ...deps,
    isAlive: (pid) => pid !== 42,
  });
  expect(seen).toBe("7");
});

it("gives up on a holder that never ends, and names the file", async () => {
  writeFileSync(file, "42");
  await expect(withInstallLock(file, async () => {}, deps)).rejects.toThrow(
    new RegExp(`Process 42 .* 15 minutes[^]*delete ${file}`),
  );
  expect(readFileSync(file, "utf8")).toBe("42");
});

it("lets one of many in at a time", async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((done) => setImmediate(done));
    inside -= 1;
  };
  const sleep = () => new Promise((done) => setImmediate(done));
  await Promise.all([1, 2, 3, 4, 5].map((pid) => withInstallLock(file, work, { ...deps, pid, sleep })));
  expect(most).toBe(1);
});
