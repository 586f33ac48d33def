import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import * as service from "./index.ts";

it("exports what it promises", () => {
  expect(Object.keys(service).sort()).toEqual([
    "AuthError",
    "createDeviceSession",
    "createFileStorage",
    "createMemoryStorage",
    "createServiceTokens",
    "runtimeEnv",
  ]);
});

/** The modules that a module loads, types left out. */
async function reach(start: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(start)) return seen;
  seen.add(start);
  const source = await readFile(start, "utf8");
  for (const [, what = "", from = ""] of source.matchAll(/^(?:import|export) ([^;]*?) from "([^"]+)";/gm)) {
    if (what.startsWith("type ")) continue;
    if (from.startsWith(".")) await reach(fileURLToPath(new URL(from, `file://${start}`)), seen);
    else seen.add(from);
  }
  return seen;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const names = async (start: string) => [...(await reach(root + start))].map((path) => path.replace(root, "")).sort();

it("brings of the browser's core only what knows no browser, and nothing that a worker lacks", async () => {
  const loaded = await names("service/index.ts");
  expect(loaded.filter((name) => !name.startsWith("service/"))).toEqual([
    "auth-error.ts",

    "backoff.ts",
    "clock.ts",
    "listeners.ts",
    "repeatable-request.ts",
    "retry-after.ts",
    "schedule.ts",
  ]);
});

it("is not brought along by the browser's core", async () => {
  const loaded = await names("index.ts");
  expect(loaded).toContain("auth-error.ts");
  expect(loaded.filter((name) => name.startsWith("service/"))).toEqual([]);
});
