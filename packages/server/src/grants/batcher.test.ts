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

function create(
  limits: {
    maximumBatch?: number;
    maximumInFlight?: number;
    maximumWaiting?: number;
    maximumPerKey?: number;
    isLate?: (request: Asked) => boolean;
    now?: () => number;
  } = {},
) {
  const statement = createStatement();
  const batcher = createBatcher<Asked, Asked>({
    run: statement.run,
    keyOf: ({ key }) => key,
    answerKeyOf: ({ key }) => key,
    maximumBatch: 4,
    maximumInFlight: 1,
    maximumWaiting: 100,
    maximumPerKey: 100,
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

  it.each([
    ["a lost connection", "08006", "connection failure"],
    ["no connection left", "53300", "too many clients"],
    ["a statement that took too long", "57014", "canceling statement due to statement timeout"],
    ["no connection in time", undefined, "timeout exceeded when trying to connect"],
  ])("does not try each by itself after %s, which is no row's fault", async (_name, code, message) => {
    const { batches, submit } = create();
    void submit("first");
    const [one, other] = [submit("one"), submit("other")];
    batches[0]?.finish();
    await settled();
    batches[1]?.finish(Object.assign(new Error(message), code === undefined ? {} : { code }));
    await expect(one).rejects.toThrow(message);
    await expect(other).rejects.toThrow(message);
    expect(batches).toHaveLength(2);
  });

  it("tries each by itself after a deadlock, which is gone then", async () => {
    const { batches, submit } = create();
    void submit("first");
    const [one, other] = [submit("one"), submit("other")];
    batches[0]?.finish();
    await settled();
    batches[1]?.finish(Object.assign(new Error("deadlock detected"), { code: "40P01" }));
    await settled();
    batches[2]?.finish();
    batches[3]?.finish();
    expect([(await one)?.key, (await other)?.key]).toEqual(["one", "other"]);
  });

  it("tells whoever cannot wait when to come again, once it knows how fast it is", async () => {
    let time = 0;
    const { batches, submit } = create({ maximumWaiting: 2, now: () => time });
    const served = submit("a");
    void submit("b");
    const early = await submit("c").catch((error) => error);
    expect(early).toMatchObject({ code: "temporarily_unavailable" });
    expect([2, 3, 4]).toContain(early.retryAfterSeconds);
    time = 3_000;
    batches[0]?.finish();
    await served;
    await settled();
    void submit("d");
    // Two wait at one in three seconds: their turn, its own, and up to a second more.
    await expect(submit("e")).rejects.toMatchObject({ code: "temporarily_unavailable", retryAfterSeconds: 9 });
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

  it("puts nobody into a statement for whom nobody waits any more, and lets the next of that key go", async () => {
    const late = new Set<number>();
    const { batches, submit } = create({ isLate: ({ turn }) => late.has(turn) });
    void submit("first", 1);
    const gone = submit("a", 2);
    const alsoGone = submit("a", 3);
    const neighbour = submit("b", 4);
    const next = submit("a", 5);
    late.add(2).add(3);
    batches[0]?.finish();
    await expect(gone).rejects.toMatchObject({ code: "deadline_passed", retryable: true });
    await settled();
    expect(batches[1]?.requests).toEqual([{ key: "b", turn: 4 }]);
    batches[1]?.finish();
    expect((await neighbour)?.turn).toBe(4);
    await expect(alsoGone).rejects.toMatchObject({ code: "deadline_passed" });
    await settled();
    expect(batches[2]?.requests).toEqual([{ key: "a", turn: 5 }]);
    batches[2]?.finish();
    expect((await next)?.turn).toBe(5);
  });

  it("asks again before it tries each by itself", async () => {
    const late = new Set<number>();
    const { batches, submit } = create({ isLate: ({ turn }) => late.has(turn) });
    void submit("first");
    const [one, other] = [submit("a", 1), submit("b", 2)];
    batches[0]?.finish();
    await settled();
    late.add(1);
    batches[1]?.finish(new Error("a slow statement"));
    await expect(one).rejects.toMatchObject({ code: "deadline_passed" });
    await settled();
    batches[2]?.finish();
    expect((await other)?.turn).toBe(2);
    expect(batches).toHaveLength(3);
  });

  it("answers null where the statement has no answer", async () => {
    const batcher = createBatcher<Asked, Asked>({
      run: async () => [],
      keyOf: ({ key }) => key,
      answerKeyOf: ({ key }) => key,
      maximumBatch: 4,
      maximumInFlight: 1,
      maximumWaiting: 4,
      maximumPerKey: 4,
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

  it("lets nobody take everybody's places with requests of one key", async () => {
    const { batches, submit } = create({ maximumWaiting: 10, maximumPerKey: 2 });
    const own = [1, 2, 3].map((turn) => submit("a", turn));
    await expect(submit("a", 4)).rejects.toMatchObject({ code: "temporarily_unavailable" });
    const neighbour = submit("b");
    batches[0]?.finish();
    await own[0];
    await settled();
    const again = submit("a", 5);
    for (const next of [1, 2, 3]) {
      batches[next]?.finish();
      await settled();
    }
    expect((await Promise.all([...own, neighbour, again])).map((answer) => answer?.turn)).toEqual([1, 2, 3, 0, 5]);
  });
});
