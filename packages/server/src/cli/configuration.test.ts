import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { goodSecret, productionSettings } from "../config/config.testing.ts";
import { createTestPlace, type TestPlace } from "./cli.testing.ts";

let place: TestPlace;
beforeEach(() => {
  place = createTestPlace();
});
afterEach(() => place.remove());

describe("holdfast config check", () => {
  it("says that a good configuration is valid, where it came from and what is in it", async () => {
    place.writeConfig(productionSettings);
    const result = await place.run(["config", "check", "--production", "--json"]);
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(result.json()).toMatchObject({
      valid: true,
      file: join(place.directory, "holdfast.config.json"),
      mode: "production",
      issuer: "https://id.example.com",
      providers: "google",
      clients: "app",
      access_tokens: "15m",
    });
    expect(result.stdout).not.toContain(goodSecret);
  });

  it("reports every problem of a bad one, for people and for programs", async () => {
    place.writeConfig({ issuer: "https://id.example.com/", colour: "red" });
    const paths = ["HOLDFAST_SPEED", "colour", "issuer"];

    const forPrograms = await place.run(["config", "check", "--json"], { HOLDFAST_SPEED: "fast" });
    expect(forPrograms).toMatchObject({ exitCode: 1, stdout: "" });
    expect(forPrograms.error()).toMatchObject({ error: "config_invalid", action: expect.any(String) });
    expect(
      forPrograms
        .error()
        .problems?.map(({ path }) => path)
        .sort(),
    ).toEqual(paths);

    const forPeople = await place.run(["config", "check"], { HOLDFAST_SPEED: "fast" });
    expect(forPeople).toMatchObject({ exitCode: 1, stdout: "" });
    for (const path of paths) expect(forPeople.stderr).toContain(`  ${path}: `);
    expect(forPeople.stderr).toContain("write https://id.example.com\n");
    expect(forPeople.stderr).not.toContain("    at ");
  });

  it("warns of settings that are allowed and hurt, for people and for programs", async () => {
    place.writeConfig({ ...productionSettings, tokens: { access: "2h" } });
    const forPrograms = await place.run(["config", "check", "--production", "--json"]);
    expect(forPrograms).toMatchObject({ exitCode: 0, stderr: "" });
    const warning = { code: "lifetime_access_long", setting: "tokens.access" };
    expect(forPrograms.json()).toMatchObject({ valid: true, warnings: [warning] });

    const forPeople = await place.run(["config", "check", "--production"]);
    expect(forPeople.stdout).toMatch(
      /! tokens\.access \(lifetime_access_long\)\n {4}Access tokens live 2h\..*\n {4}→ /,
    );
  });

  it.each<[string, string[], Record<string, string>, string, RegExp]>([
    ["a file that is not there", ["--config", "nowhere.json"], {}, "config_missing", /nowhere\.json/],
    [
      "a file from the environment that is not there",
      [],
      { HOLDFAST_CONFIG: "nowhere.ts" },
      "config_missing",
      /nowhere\.ts/,
    ],
    ["a port that is none", [], { PORT: "many" }, "config_invalid", /PORT: is not a whole number/],
    [
      "a database URL that cannot be read",
      [],
      { DATABASE_URL: "postgres://u:p#q@db/x" },
      "config_invalid",
      /DATABASE_URL: .*%23/,
    ],
  ])("names %s", async (_, args, env, code, detail) => {
    const result = await place.run(["config", "check", "--json", ...args], env);
    expect(result.exitCode).toBe(1);
    expect(result.error()).toMatchObject({ error: code, detail: expect.stringMatching(detail) });
  });

  it.each<[string, unknown, RegExp]>([
    ["a port in the file that is none", { port: 70_000 }, /port: is not a whole number/],
    ["a configuration that is a list", [], /configuration: is not an object/],
    ["a configuration that is null", "null", /configuration: is not an object/],
  ])("names %s", async (_, settings, detail) => {
    place.writeConfig(settings);
    const result = await place.run(["config", "check", "--json"]);
    expect(result.error()).toMatchObject({ error: "config_invalid", detail: expect.stringMatching(detail) });
  });

  it("names what a configuration that is a function stumbled over", async () => {
    place.writeConfig("export default () => { throw new Error('out of cheese'); };", "holdfast.config.ts");
    const result = await place.run(["config", "check", "--json"]);
    expect(result.error()).toMatchObject({ error: "config_invalid", detail: expect.stringContaining("out of cheese") });
  });

  it("takes the port and the data directory from files as well, and from the environment before the file", async () => {
    place.writeConfig({ port: 1, data: "from-the-file" });
    place.writeConfig("5123\n", "port.txt");
    const env = { PORT_FILE: "port.txt", HOLDFAST_DATA: "from-the-environment" };
    expect((await place.run(["config", "check", "--json"], env)).json()).toMatchObject({
      port: 5_123,
      database: `embedded, in ${join(place.directory, "from-the-environment")}`,
    });
  });

  it("starts nothing and leaves nothing but the development secret", async () => {
    expect((await place.run(["config", "check", "--data", place.data])).exitCode).toBe(0);
    expect(existsSync(join(place.data, "postgres"))).toBe(false);
  });
});

it("holdfast config schema prints a JSON Schema", async () => {
  const { stdout } = await place.run(["config", "schema"]);
  expect(JSON.parse(stdout)).toMatchObject({ type: "object", properties: { issuer: { type: "string" } } });
});

describe("production", () => {
  it("does not start without what it needs, and lists all of it", async () => {
    const result = await place.run(["start", "--data", place.data, "--json"]);
    expect(result).toMatchObject({ exitCode: 1, stdout: "" });
    expect(result.error().error).toBe("config_invalid");
    expect(
      result
        .error()
        .problems?.map(({ path }) => path)
        .sort(),
    ).toEqual(["issuer", "providers", "secret"]);
    expect(existsSync(join(place.data, "development-secret"))).toBe(false);
  });

  it.each<[string, string[]]>([
    ["asked as such", ["--production"]],
    ["by its https issuer, whatever the command was told", []],
  ])("makes no session out of nothing, and opens nothing to find out: %s", async (_how, option) => {
    place.writeConfig(productionSettings);
    const args = ["session", "create", "--user", "ada@example.com", ...option, "--data", place.data, "--json"];
    const result = await place.run(args);
    expect(result).toMatchObject({ exitCode: 1, stdout: "" });
    expect(result.error()).toMatchObject({
      error: "command_refused",
      action: expect.stringContaining("HOLDFAST_ALLOW_SESSION_CREATE=true"),
    });
    expect(existsSync(join(place.data, "postgres"))).toBe(false);
  });

  it("says that its database cannot be reached, and where to look", async () => {
    place.writeConfig(productionSettings);
    const env = { DATABASE_URL: "postgres://holdfast:canary-Zm9v@127.0.0.1:1/holdfast" };
    const result = await place.run(["migrate", "--production", "--json"], env);
    expect(result.exitCode).toBe(1);
    expect(result.error()).toMatchObject({
      error: "database_unreachable",
      action: expect.stringContaining("DATABASE_URL"),
    });
    expect(result.stderr).not.toContain("canary");
  });
});
