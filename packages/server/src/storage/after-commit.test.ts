import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { afterCommit } from "./after-commit.ts";
import { createDatabase, type Database } from "./database.ts";

let database: Database;
beforeAll(() => {
  database = createDatabase({ connection: inject("postgres"), schema: "public", poolSize: 1 });
});
afterAll(() => database.close());

describe("what is left for after the commit", () => {
  it("is done once the transaction has committed, in order, before the caller goes on", async () => {
    const done: string[] = [];
    await database.transaction(async (tx) => {
      afterCommit(tx, () => done.push("first"));
      afterCommit(tx, () => done.push("second"));
      expect(done).toEqual([]);
    });
    expect(done).toEqual(["first", "second"]);
  });

  it("is never done when it does not commit", async () => {
    const done: string[] = [];
    const failing = database.urgent.transaction(async (tx) => {
      afterCommit(tx, () => done.push("never"));
      throw new Error("rolled back");
    });
    await expect(failing).rejects.toThrow("rolled back");
    expect(done).toEqual([]);
  });

  it("is done at once outside a transaction", () => {
    const done: string[] = [];
    afterCommit(database.queries, () => done.push("now"));
    expect(done).toEqual(["now"]);
  });
});
