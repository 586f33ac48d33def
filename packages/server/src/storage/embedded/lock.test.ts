import { readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "./data-directory.testing.ts";
import { acquireLock, findHolder } from "./lock.ts";
import { describeThisProcess, type LockRecord } from "./lock-record.ts";

const claim = {
  command: "a test",
  startedAt: "2026-01-02T03:04:05.000Z",
  connection: { host: "/nowhere", port: 5432, user: "holdfast", database: "holdfast" },
};

/** Above the kernel's highest possible pid (2^22). */
const impossiblePid = 9_999_999;

function record(changes: Partial<LockRecord> = {}): LockRecord {
  return { id: "former", ...describeThisProcess(), ...claim, ...changes };
}

async function lockFile(content?: string | LockRecord): Promise<string> {
  const path = join(await temporaryDirectory(), "lock");
  if (content !== undefined) await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("acquireLock", () => {
  it("takes a free lock, and frees it", async () => {
    const path = await lockFile();
    const lock = await acquireLock(path, claim);
    expect(lock.predecessor).toBeNull();
    expect(await findHolder(path)).toMatchObject({ pid: process.pid, command: "a test" });
    await lock.release();
    expect(await findHolder(path)).toBeNull();
    expect(await readdir(join(path, ".."))).toEqual([]);
  });

  it("is refused by a living holder", async () => {
    const path = await lockFile(record({ command: "holdfast dev" }));
    await expect(acquireLock(path, claim)).rejects.toMatchObject({
      code: "data_locked",
      message: expect.stringContaining(`process ${process.pid} (holdfast dev) since 2026-01-02T03:04:05.000Z`),
    });
    expect(await readdir(join(path, ".."))).toEqual(["lock"]);
  });

  it.each<[string, string | LockRecord, string | null]>([
    ["a process that is gone", record({ pid: impossiblePid }), "former"],
    ["a process whose pid somebody else has now", record({ processStartTime: "1@an-earlier-boot" }), "former"],
    ["another container whose socket nobody listens on", record({ hostname: `not-${hostname()}` }), "former"],
    ["nobody, being empty", "", null],
    ["nobody, being of another kind", '{"pid":"me"}', null],
  ])("is taken over from %s", async (_, content, predecessor) => {
    const path = await lockFile(content);
    const lock = await acquireLock(path, claim);
    expect(lock.predecessor?.id ?? null).toBe(predecessor);
    expect(await findHolder(path)).toMatchObject({ pid: process.pid, command: "a test" });
    expect(await readdir(join(path, ".."))).toEqual(["lock"]);
    await lock.release();
  });

  it("is taken over from one who died while taking it over", async () => {
    const path = await lockFile(record({ pid: impossiblePid, id: "first" }));
    await writeFile(`${path}.after-first`, JSON.stringify(record({ pid: impossiblePid, id: "second" })));
    const lock = await acquireLock(path, claim);
    expect(lock.predecessor?.id).toBe("second");
    expect(await readdir(join(path, ".."))).toEqual(["lock"]);
    await lock.release();
  });

  it("is refused by one who is just taking it over", async () => {
    const path = await lockFile(record({ pid: impossiblePid, id: "first" }));
    await writeFile(`${path}.after-first`, JSON.stringify(record({ id: "second" })));
    await expect(acquireLock(path, claim)).rejects.toMatchObject({ code: "data_locked" });
  });

  it("goes to exactly one of many who find it stale at the same time", async () => {
    for (let round = 0; round < 30; round++) {
      const path = await lockFile(record({ pid: impossiblePid }));
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(path, claim)));
      const won = results.filter((result) => result.status === "fulfilled");
      const refused = results.filter((result) => result.status === "rejected");
      expect(won).toHaveLength(1);
      expect(refused.map(({ reason }) => reason.code)).toEqual(Array(7).fill("data_locked"));
    }
  });

  it("does not release what somebody else holds by now", async () => {
    const path = await lockFile();
    const lock = await acquireLock(path, claim);
    await writeFile(path, JSON.stringify(record({ id: "another" })));
    await lock.release();
    expect(await findHolder(path)).toMatchObject({ id: "another" });
  });
});
