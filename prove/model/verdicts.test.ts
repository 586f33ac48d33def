import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { changeRules, everyRule, rulesInForce } from "./rules.ts";
import { type NodeMemory, noMemory, type Presentation, type Row, type Verdict } from "./state.ts";
import { createJudge, verdictOrder } from "./verdicts.ts";
import { createWorld, type World } from "./worlds.ts";

const world: World = { ...createWorld("client", "small"), overlap: 2, idle: 5 };
const row: Row = { generation: 4, attempt: 9, ages: [0, 1], idle: 5, isEnded: false };
const presented: Presentation = { generation: 4, key: 0, isTagged: true, isHandleKnown: true, isProved: true };
const here = { lead: 0, memory: noMemory, sinceFailover: 0 };

describe("the order of the rows", () => {
  it("is that of the SQL statement, which finds the first two by other means", async () => {
    const file = new URL("../../packages/server/src/grants/refresh-statement.ts", import.meta.url);
    const statement = await readFile(file, "utf8");
    const judged = statement.slice(statement.indexOf("judged as ("), statement.indexOf("end as verdict"));
    const order = Array.from(judged.matchAll(/(?:then|else) '(\w+)'/g), ([, verdict]) => verdict);
    expect(order).toEqual(verdictOrder.filter((verdict) => verdict !== "malformed"));
  });
});

describe("a presentation", () => {
  const judge = createJudge(world, rulesInForce);
  const cases: [string, Partial<Row>, Partial<Presentation>, Verdict][] = [
    ["with a wrong tag, even of an ended grant", { isEnded: true }, { isTagged: false }, "malformed"],
    ["with another handle, even of an ended grant", { isEnded: true }, { isHandleKnown: false }, "unknown"],
    ["of an ended grant, though it is the one in force", { isEnded: true }, {}, "revoked"],
    ["past the limit", { idle: 0 }, {}, "expired"],
    ["without the proof, though it is replaced long ago", {}, { generation: 1, isProved: false }, "unbound"],
    ["of the generation in force", {}, {}, "rotated"],
    ["of the one before, under the key that made this one", { ages: [] }, { generation: 3, key: 9 }, "replayed"],
    ["of the one before, under another key, in the overlap", {}, { generation: 3, key: 8 }, "overlapped"],
    ["of the one before, under another key, after the overlap", { ages: [] }, { generation: 3, key: 8 }, "reused"],
    ["of the one before, where neither has a key", { ages: [], attempt: 0 }, { generation: 3 }, "reused"],
    ["of an older one under the key that made this one", { ages: [] }, { generation: 2, key: 9 }, "reused"],
    ["of an older one whose successor was used a moment ago", { ages: [0] }, { generation: 2 }, "overlapped"],
    ["of one older than that", { ages: [0] }, { generation: 1 }, "reused"],
    ["past the limit, with a token that proves a loss", { idle: 0 }, { generation: 6 }, "recovered"],
    ["of one that the database does not know yet", {}, { generation: 6 }, "recovered"],
  ];

  it.each(cases)("%s: %#", (_name, rowChange, change, verdict) => {
    expect(judge({ ...row, ...rowChange }, { ...presented, ...change }, here)).toBe(verdict);
  });
});

describe("a rule switched off", () => {
  const cases: [string, Parameters<typeof changeRules>[1], Partial<Row>, Partial<Presentation>, Verdict][] = [
    ["lets the next row decide", ["overlapped"], {}, { generation: 3 }, "reused"],
    ["lets the last answer with what is in force", ["reused"], { ages: [] }, { generation: 1 }, "overlapped"],
    ["moves the end behind the generations", ["revoked-first"], { isEnded: true }, {}, "rotated"],
    ["but not behind reuse", ["revoked-first"], { isEnded: true, ages: [] }, { generation: 1 }, "revoked"],
    ["counts from the last rotation", ["overlap-of-its-own"], { ages: [0] }, { generation: 1 }, "overlapped"],
  ];

  it.each(cases)("%s: without %j", (_name, off, rowChange, change, verdict) => {
    const judge = createJudge(world, changeRules(rulesInForce, off));
    expect(judge({ ...row, ...rowChange }, { ...presented, ...change }, here)).toBe(verdict);
  });

  it("lets a node know only the attempts it served itself", () => {
    const judge = createJudge(world, changeRules(rulesInForce, ["attempt-in-row"]));
    const late = { ...presented, generation: 3, key: 9 };
    const judgedWith = (memory: NodeMemory) => judge({ ...row, ages: [] }, late, { ...here, memory });
    expect(judgedWith({ generation: 4, key: 9 })).toBe("replayed");
    expect(judgedWith(noMemory)).toBe("reused");
  });

  it("lets a fast clock end an overlap and a limit early", () => {
    const judge = createJudge(world, rulesInForce);
    const ahead = { ...here, lead: 1 };
    expect(judge({ ...row, ages: [1] }, { ...presented, generation: 3 }, ahead)).toBe("reused");
    expect(judge({ ...row, idle: 1 }, presented, ahead)).toBe("expired");
  });
});

describe("an overlap that counts from the successor's use", () => {
  const judge = createJudge(world, everyRule);

  it("spares the late twin of a retry whose successor was used just now, however long ago that was made", () => {
    expect(judge({ ...row, ages: [0] }, { ...presented, generation: 2 }, here)).toBe("overlapped");
    expect(judge({ ...row, ages: [0] }, { ...presented, generation: 1 }, here)).toBe("reused");
  });

  it("counts from the making while the successor is unused", () => {
    expect(judge({ ...row, ages: [1] }, { ...presented, generation: 3 }, here)).toBe("overlapped");
    expect(judge({ ...row, ages: [] }, { ...presented, generation: 3 }, here)).toBe("reused");
  });
});
