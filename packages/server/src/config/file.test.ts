import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AppError } from "../http/app-error.ts";
import { loadConfigFile } from "./file.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-config-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, content: string) => writeFileSync(join(directory, name), content);
const refusal = (named?: string): Promise<AppError> =>
  loadConfigFile(directory, named).then(
    () => null,
    (error) => error,
  );

describe("finding the configuration file", () => {
  it("takes the defaults where there is none", async () => {
    expect(await loadConfigFile(directory)).toEqual({ path: null, source: {} });
  });

  it.each(["holdfast.config.ts", "holdfast.config.js", "holdfast.config.mjs"])("reads %s", async (name) => {
    write(name, "export default { port: 5 };");
    expect(await loadConfigFile(directory)).toEqual({ path: join(directory, name), source: { port: 5 } });
  });

  it("reads holdfast.config.json, and passes over an editor's $schema", async () => {
    write("holdfast.config.json", '{ "$schema": "./schema.json", "port": 5 }');
    expect((await loadConfigFile(directory)).source).toEqual({ port: 5 });
  });

  it("reads the one that was named", async () => {
    write("holdfast.config.json", '{ "port": 5 }');
    write("other.json", '{ "port": 6 }');
    expect((await loadConfigFile(directory, "other.json")).source).toEqual({ port: 6 });
  });

  it("hands over a configuration that is a function", async () => {
    write("holdfast.config.ts", "export default ({ port }: { port: number }) => ({ brand: { name: String(port) } });");
    const { source } = await loadConfigFile(directory);
    expect(typeof source === "function" && source({ mode: "development", port: 7, companionPort: () => 1 })).toEqual({
      brand: { name: "7" },
    });
  });
});

describe("a file that cannot be used", () => {
  it("is told by its path when it is missing", async () => {
    const error = await refusal("missing.json");
    expect(error).toMatchObject({ code: "config_missing" });
    expect(error.detail).toContain(join(directory, "missing.json"));
  });

  it("is told by its path when it is a directory", async () => {
    expect(await refusal(".")).toMatchObject({ code: expect.stringMatching(/^config_(missing|invalid)$/) });
  });

  it.each<[string, string, RegExp]>([
    ["holdfast.config.json", '{ "port": 5', /not JSON: .+/],
    ["holdfast.config.json", "", /not JSON: .+/],
    ["holdfast.config.json", '{\n  "port": 5,\n}', /not JSON: .+line 3/],
    ["holdfast.config.json", '{\n  "port": 5,\n  "brand": Acme\n}', /not JSON: .+line 3/],
    ["holdfast.config.ts", "export default {", /cannot be loaded: .+/],
    ["holdfast.config.ts", 'import "./nothing.ts"; export default {};', /cannot be loaded: .+nothing/],
    ["holdfast.config.ts", "throw new Error('out of cheese');", /cannot be loaded: out of cheese/],
    ["holdfast.config.ts", "export const config = {};", /no default export; write `export default defineConfig/],
    ["holdfast.config.ts", "export default 5;", /no default export/],
  ])("%s with %j is refused in a sentence", async (name, content, detail) => {
    write(name, content);
    const error = await refusal();
    expect(error).toMatchObject({ code: "config_invalid", detail: expect.stringMatching(detail) });
    expect(error.detail).toContain(join(directory, name));
  });

  it.each(['{ "secret": "canary-Zm9v" oops }', '{"secret": canary-Zm9v}', '{"a": 1, "secret": "canary-Zm9v\n"}'])(
    "does not repeat the secret that stands beside the mistake: %j",
    async (content) => {
      write("holdfast.config.json", content);
      const { detail } = await refusal();
      expect(detail).toMatch(/not JSON/);
      expect(detail).not.toContain("canary");
    },
  );
});
