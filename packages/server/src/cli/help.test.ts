import { afterAll, describe, expect, it } from "vitest";
import { createTestPlace } from "./cli.testing.ts";

const place = createTestPlace();
afterAll(() => place.remove());

const common = ["--config", "--data", "--json"];
const deployment = [...common, "--production"];

/** Every command, and everything its help has to mention. */
const commands: [string, string[]][] = [
  ["", ["dev", "start", "migrate", "keys", "config", "doctor", "session", "user", "account", "--help"]],
  ["dev", [...common, "--port", "4000", "HOLDFAST_DATA"]],
  ["start", [...common, "--port"]],
  ["migrate", deployment],
  ["keys", ["list", "rotate"]],
  ["keys list", deployment],
  ["keys rotate", [...deployment, "--now"]],
  ["config", ["check", "schema"]],
  ["config check", deployment],
  ["config schema", common],
  ["doctor", [...deployment, "--provider"]],
  ["session", ["create", "list", "explain", "revoke"]],
  ["session create", [...deployment, "--user", "--client", "--account", "refused in production"]],
  ["session list", [...deployment, "--user", "--all", "--limit", "50"]],
  ["session explain", [...deployment, "SESSION"]],
  ["session revoke", [...deployment, "SESSION", "--user", "--account", "--client"]],
  ["grant", ["list", "revoke"]],
  ["grant list", [...deployment, "--session", "--user", "--account", "--client", "--all", "--limit", "50"]],
  ["grant revoke", [...deployment, "GRANT"]],
  ["client", ["list", "revoke"]],
  ["client list", deployment],
  ["client revoke", [...deployment, "CLIENT"]],
  ["user disable", [...deployment, "USER"]],
  ["account close", [...deployment, "ACCOUNT"]],
];

describe("--help", () => {
  it.each(commands)("of holdfast %s tells everything there is, in plain text", async (command, mentioned) => {
    const { exitCode, stdout, stderr } = await place.run([...command.split(" ").filter(Boolean), "--help"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const each of mentioned) expect(stdout).toContain(each);
    expect(stdout).toContain(`USAGE holdfast${command && ` ${command}`}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what must not be there.
    expect(stdout).not.toMatch(/\u001b/);
  });
});

it("--version prints the version and nothing else", async () => {
  expect(await place.run(["--version"])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

describe("a mistaken command line", () => {
  it.each<[string, string]>([
    ["bogus", 'There is no command "bogus" here.'],
    ["toString", 'There is no command "toString" here.'],
    ["session bogus", 'There is no command "bogus" here.'],
    ["session", "Name a command."],
    ["session create", "Missing required argument: --user"],
    ["dev --prot 5000", "Unknown option '--prot'."],
    ["session revoke one two", 'There is no argument "two" here.'],
    ["dev --port", "Option '--port <value>' argument missing."],
    ["dev --json=yes", "Option '--json' does not take an argument."],
  ])("holdfast %s is refused with what is wrong and how it goes", async (line, mistake) => {
    const { exitCode, stdout, stderr } = await place.run(line.split(" "));
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("USAGE");
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(`holdfast: ${mistake}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what must not be there.
    expect(stderr).not.toMatch(/\u001b/);
  });

  it("is told in one JSON line where JSON was asked for", async () => {
    const result = await place.run(["session", "create", "--json"]);
    expect(result).toMatchObject({ exitCode: 2, stdout: "" });
    expect(result.error()).toMatchObject({ error: "invalid_request", detail: "Missing required argument: --user" });
  });

  it.each(["abc", "65536", " "])("names the port that is none: %j", async (port) => {
    const result = await place.run(["dev", `--port=${port}`, "--json"]);
    expect(result.exitCode).toBeGreaterThan(0);
    expect(result.error().detail).toContain("--port is not a whole number from 0 to 65535");
  });
});
