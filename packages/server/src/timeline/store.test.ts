import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { createTimelineInstance, elsewhere, startAda } from "./flow.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTimelineInstance();
});
afterAll(() => instance.close());

/** Writes refusals, as a client does that asks for ever after its session has ended. */
function addRefusals(sessionId: string, count: number) {
  return instance.sql(
    `insert into events (at, type, session_id, client_id, data)
     select now(), 'token.refused', $1, 'device', '{"verdict": "revoked", "reason": "reuse_detected"}'
     from generate_series(1, $2::int)`,
    [sessionId, count],
  );
}

describe("a long timeline", () => {
  it("tells its newest 500 lines, and before them how it began and what ended it", async () => {
    const ada = await startAda(instance);
    await ada.refresh(ada.refreshToken, { from: elsewhere });
    instance.clock.advance(60_000);
    await ada.refresh(ada.refreshToken);
    await addRefusals(ada.session.id, 5_000);
    const { entries, summary, truncated } = await ada.timeline();
    expect(truncated).toBe(true);
    expect(entries.slice(0, 4).map(({ type }) => type)).toEqual([
      "session.started",
      "session.reuse_detected",
      "session.revoked",
      "token.refused",
    ]);
    expect(entries).toHaveLength(503);
    expect(summary).toContain("to protect Ada: a refresh token that had been replaced 60 s earlier");
  });

  it("is told whole as long as only the sign-in is older than the newest 500", async () => {
    const ada = await startAda(instance);
    await addRefusals(ada.session.id, 498);
    const whole = await ada.timeline();
    expect(whole).toMatchObject({ truncated: false, entries: { length: 500 } });
    await addRefusals(ada.session.id, 1);
    expect(await ada.timeline()).toMatchObject({ truncated: false, entries: { length: 501 } });
    await addRefusals(ada.session.id, 1);
    const cut = await ada.timeline();
    expect(cut).toMatchObject({ truncated: true, entries: { length: 501 } });
    expect(cut.entries.map(({ type }) => type).slice(0, 2)).toEqual(["session.started", "token.refused"]);
  });

  it("whose beginning was removed says that it is not whole", async () => {
    const ada = await startAda(instance);
    await instance.sql("delete from events where session_id = $1 and type = 'session.started'", [ada.session.id]);
    expect(await ada.timeline()).toMatchObject({ truncated: true, state: "live" });
    await instance.sql("delete from events where session_id = $1", [ada.session.id]);
    expect(await ada.timeline()).toMatchObject({ truncated: true, state: "live", entries: [] });
  });

  it("tells nothing of another session", async () => {
    const [ada, other] = [await startAda(instance), await startAda(instance)];
    await other.refresh(other.refreshToken);
    expect(await ada.told()).toEqual([]);
  });
});
