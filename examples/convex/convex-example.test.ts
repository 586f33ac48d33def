import type { Identity, Json } from "@holdfast/convex/testing";
import { describe, expect, it } from "vitest";
import { createFunctions } from "./backend/functions.ts";
import { readSettings } from "./settings.ts";
import { createRecorder } from "./web/app/recorder.ts";

const ada = { sub: "u_ada", account: "acct_engine", role: "owner" };
const grace = { sub: "u_grace", account: "acct_compiler", role: "member" };

describe("the deployment's functions", () => {
  it("keep a list for each account, which no other account sees", () => {
    const call = createDeployment();
    call("people:introduce", { name: "Ada" }, ada);
    call("items:add", { text: " Note G " }, ada);
    expect(call("items:list", {}, ada)).toContainEqual(expect.objectContaining({ text: "Note G", by: "Ada" }));
    expect(call("items:list", {}, grace)).not.toContainEqual(expect.objectContaining({ text: "Note G" }));
  });

  it("do, undo and clear away a line", () => {
    const call = createDeployment();
    const texts = () => (call("items:list", {}, ada) as { text: string }[]).map(({ text }) => text);
    const [first, second] = call("items:list", {}, ada) as [{ id: string; text: string }, { id: string }];
    call("items:setDone", { id: first.id, isDone: true }, ada);
    call("items:setDone", { id: second.id, isDone: true }, ada);
    call("items:setDone", { id: second.id, isDone: false }, ada);
    const before = texts();
    call("items:clearDone", {}, ada);
    expect(texts()).toEqual(before.filter((text) => text !== first.text));
  });

  it.each(["items:list", "people:me"])("%s answers nobody with null", (path) => {
    expect(createDeployment()(path, {}, null)).toBeNull();
  });

  it.each(["items:add", "items:setDone", "items:clearDone", "people:introduce"])("%s refuses nobody", (path) => {
    expect(() => createDeployment()(path, { text: "x", id: "1", name: "x" }, null)).toThrow("Sign in first");
  });

  it.each([
    ["nothing", {}],
    ["an empty text", { text: "" }],
    ["only blanks", { text: "   " }],
    ["a number", { text: 1 }],
    ["a text of 121 characters", { text: "x".repeat(121) }],
    ["null for arguments", null],
  ])("add no line of %s", (_, args) => {
    expect(() => createDeployment()("items:add", args, ada)).toThrow("1 to 120 characters");
  });

  it("end a list at 50 lines", () => {
    const call = createDeployment();
    const add = () => call("items:add", { text: "one more" }, ada);
    while ((call("items:list", {}, ada) as unknown[]).length < 50) add();
    expect(add).toThrow("50 lines");
  });
});

describe("the recorder", () => {
  it("keeps a minute of each lane, and what is still so however old", () => {
    let now = 0;
    const { record, getSnapshot } = createRecorder(() => now);
    record("session", "good", "active");
    record("list", "waiting", "loading");
    now = 1_000;
    record("list", "good", "on the screen");
    now = 90_000;
    record("list", "off", "gone");
    expect(getSnapshot().session).toEqual([{ tone: "good", label: "active", from: 0, to: null }]);
    expect(getSnapshot().list).toEqual([
      { tone: "good", label: "on the screen", from: 1_000, to: 90_000 },
      { tone: "off", label: "gone", from: 90_000, to: null },
    ]);
  });

  it("is the same, and tells nobody, until something changes", () => {
    const { record, getSnapshot, subscribe } = createRecorder(() => 0);
    let told = 0;
    record("socket", "good", "connected");
    const stop = subscribe(() => told++);
    const before = getSnapshot();
    record("socket", "good", "connected");
    expect(getSnapshot()).toBe(before);
    record("socket", "waiting", "not connected");
    stop();
    record("socket", "good", "connected");
    expect(told).toBe(1);
  });
});

it("names every setting that is missing or wrong at once", () => {
  expect(() => readSettings({ WEB_PORT: "http", CONVEX_PORT: "70000" })).toThrow(
    /HOLDFAST_ISSUER.*CLIENT_ID.*AUDIENCE.*SERVICE_ID.*SERVICE_SECRET.*WEB_PORT.*CONVEX_PORT/s,
  );
});

/** Calls its functions, as Convex does for a token with these claims. */
function createDeployment() {
  const functions = createFunctions();
  return (path: string, args: Json, identity: Identity) => {
    const run = functions[path];
    if (run === undefined) throw new Error(`There is no function ${path}.`);
    return run(args, identity);
  };
}
