import { describe, expect, it } from "vitest";
import { createBatcher } from "./batcher.ts";

interface Asked {
  readonly key: string;
  readonly turn: number;
}

/** A statement that answers when told to, and notes what it was asked. */
function createStatement() {
  const batches: { readonly requests: readonly Asked[]; finish(error?: Error): void }[] = [];
  const run = (requests: readonly Asked[]) =>
    new Promise<readonly Asked[]>((resolve, reject) => {
      batches.push({ requests, finish: (error) => (error ? reject(error) : resolve(requests)) });
    });
  return { batches, run };
}

function create(limits: { maximumBatch?: number; maximumInFlight?: number; maximumWaiting?: number } = {}) {
  const statement = createStatement();
  const batcher = createBatcher<Asked, Asked>({
    run: statement.run,
    keyOf: ({ key }) => key,
    answerKeyOf: ({ key }) => key,
    maximumBatch: 4,
    maximumInFlight: 1,
    maximumWaiting: 100,
    ...limits,
  });
  return { ...statement, submit: (key: string, turn = 0) => batcher.submit({ key, turn }) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a batcher", () => {
  it("sends a lone request at once, and gathers what comes meanwhile into the next statement", async () => {
    const { batches, submit } = create();
    const answers = ["a", "b", "c"].map((key) => submit(key));
    expect(batches.map(({ requests }) => requests.map(({ key }) => key))).toEqual([["a"]]);
    batches[0]?.finish();
    await settled();
    expect(batches[1]?.requests.map(({ key }) => key)).toEqual(["b", "c"]);
    batches[1]?.finish();
    expect((await Promise.all(answers)).map((answer) => answer?.key)).toEqual(["a", "b", "c"]);
  });

  it("never has two requests of one key under way, and judges the second after the first", async () => {
    const { batches, submit } = create({ maximumInFlight: 2 });
    const first = submit("a", 1);
    const second = submit("a", 2);
    submit("b");
    await settled();
    expect(batches.flatMap(({ requests }) => requests.map(({ turn }) => turn))).toEqual([1, 0]);
    batches[0]?.finish();
    expect((await first)?.turn).toBe(1);
    await settled();
    expect(batches[2]?.requests).toEqual([{ key: "a", turn: 2 }]);
    batches[2]?.finish();
    expect((await second)?.turn).toBe(2);
  });

  it("carries no more in a statement, and no more statements, than it may", async () => {
    const { batches, submit } = create({ maximumBatch: 2, maximumInFlight: 2 });
    for (const key of ["a", "b", "c", "d", "e"]) void submit(key);
    expect(batches).toHaveLength(2);
    batches[0]?.finish();
    await settled();
    expect(batches.map(({ requests }) => requests.length)).toEqual([1, 1, 2]);
  });

  it("tries each by itself when a statement fails, and fails only those that fail alone", async () => {
    const { batches, submit } = create();
    void submit("first");
    const good = submit("good");
    const bad = submit("bad");
    batches[0]?.finish();
    await settled();
    batches[1]?.finish(new Error("a bad row"));
    await settled();
    expect(batches.slice(2).map(({ requests }) => requests.map(({ key }) => key))).toEqual([["good"], ["bad"]]);
    batches[2]?.finish();
    batches[3]?.finish(new Error("still bad"));
    expect((await good)?.key).toBe("good");
    await expect(bad).rejects.toThrow("still bad");
  });

  it("goes on after a failure, also for the same key", async () => {
    const { batches, submit } = create();
    const failed = submit("a", 1);
    const next = submit("a", 2);
    batches[0]?.finish(new Error("gone"));
    await expect(failed).rejects.toThrow("gone");
    await settled();
    batches[1]?.finish();
    expect((await next)?.turn).toBe(2);
  });

  it("answers null where the statement has no answer", async () => {
    const batcher = createBatcher<Asked, Asked>({
      run: async () => [],
      keyOf: ({ key }) => key,
      answerKeyOf: ({ key }) => key,
      maximumBatch: 4,
      maximumInFlight: 1,
      maximumWaiting: 4,
    });
    expect(await batcher.submit({ key: "a", turn: 0 })).toBeNull();
  });

  it("tells whoever comes when too many wait to come back, and takes them again afterwards", async () => {
    const { batches, submit } = create({ maximumWaiting: 2 });
    void submit("a");
    void submit("b");
    await expect(submit("c")).rejects.toMatchObject({ code: "temporarily_unavailable" });
    batches[0]?.finish();
    await settled();
    void submit("c");
    batches[1]?.finish();
    await settled();
    expect(batches[2]?.requests).toEqual([{ key: "c", turn: 0 }]);
  });
});
