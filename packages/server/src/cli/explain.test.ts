import type { SessionTimeline } from "@holdfast/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client } from "../config/config.testing.ts";
import { createTestPlace } from "./cli.testing.ts";

const place = createTestPlace();
let sid: string;
beforeAll(async () => {
  place.writeConfig({ clients: [client] });
  const made = await place.run(["session", "create", "--data", place.data, "--user", "ada@example.com", "--json"]);
  sid = made.json<{ sid: string }>().sid;
}, 30_000);
afterAll(() => place.remove());

const explain = (...args: string[]) => place.run(["session", "explain", "--data", place.data, ...args]);

it("holdfast session explain answers in sentences, lined up and without colours where nobody looks at a screen", async () => {
  const { exitCode, stdout, stderr } = await explain(sid);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(/^Alive: last used on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, .* ago; it lives until /);
  expect(lines).toContain(`Session      ${sid}`);
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}TIME \(UTC\) +WHAT HAPPENED +FROM$/));
  expect(lines).toContainEqual(
    expect.stringMatching(/^ {2}\d{4}-.{14} {2}Made by an operator with `holdfast session create`, /),
  );
  expect(lines).toContainEqual(expect.stringMatching(/First tokens for app +holdfast session create$/));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what must not be there.
  expect(stdout).not.toMatch(/\u001b/);
}, 30_000);

it("holdfast session explain --json prints the timeline as programs get it", async () => {
  await place.run(["session", "revoke", "--data", place.data, sid]);
  const timeline = (await explain(sid, "--json")).json<SessionTimeline>();
  expect(timeline).toMatchObject({ sid, state: "ended", reason: "session_revoked", truncated: false });
  expect(timeline.entries.at(-1)?.title).toBe("Ended: revoked by an operator, on the command line");
}, 30_000);

it("holdfast session explain of a session that is not there says so", async () => {
  const result = await explain("nonsense", "--json");
  expect(result).toMatchObject({ exitCode: 1, stdout: "" });
  expect(result.error()).toMatchObject({ error: "session_unknown", detail: "There is no session nonsense." });
}, 30_000);

it("holdfast session explain without a session is refused", async () => {
  const { exitCode, stderr } = await explain();
  expect(exitCode).toBe(2);
  expect(stderr).toContain("Missing required positional argument: SESSION");
}, 30_000);
