import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientNamed, present } from "../grants/refresh.testing.ts";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

const hour = 3_600_000;

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTestInstance({
    hasPractice: false,
    config: {
      sessions: { idle: "2h", absolute: "10h" },
      clients: [
        clientNamed("patient", { tokens: { refreshIdle: "8h", refreshAbsolute: "20h" } }),
        clientNamed("hasty", { tokens: { refreshIdle: "1h" } }),
        clientNamed("short", { tokens: { refreshAbsolute: "5h" } }),
      ],
    },
  });
});
afterAll(() => instance.close());

interface Limit {
  readonly clientId: string;
  /** 0 for a client that never refreshes. */
  readonly everyHours: number;
  readonly endsAfterHours: number;
  /** What the timeline says of the session, and of the refusal. */
  readonly told: object;
  readonly refusal: RegExp;
}

const limits: [string, Limit][] = [
  [
    "the client's idle limit",
    {
      clientId: "hasty",
      everyHours: 0,
      endsAfterHours: 1,
      told: { state: "live" },
      refusal: /refresh token of hasty had run out/,
    },
  ],
  [
    "the session's idle limit",
    {
      clientId: "patient",
      everyHours: 0,
      endsAfterHours: 2,
      told: { state: "expired", reason: "idle_limit" },
      refusal: /the session had been idle since .*, for 2 h/,
    },
  ],
  [
    "the client's absolute limit",
    {
      clientId: "short",
      everyHours: 0.5,
      endsAfterHours: 5,
      told: { state: "live" },
      refusal: /refresh token of short had run out/,
    },
  ],
  [
    "the session's absolute limit",
    {
      clientId: "patient",
      everyHours: 0.5,
      endsAfterHours: 10,
      told: { state: "expired", reason: "absolute_limit" },
      refusal: /the session had reached its limit on/,
    },
  ],
];

describe("a refresh", () => {
  it.each(limits)("works until %s, and is refused from then on, as the timeline says", async (_, limit) => {
    const { clientId, everyHours, endsAfterHours, told, refusal } = limit;
    const { session, refreshToken } = await startSession(instance, { clientId });
    const end = instance.clock.now() + endsAfterHours * hour;
    let token = refreshToken;
    if (everyHours > 0) {
      for (let next = instance.clock.now(); next < end; next += everyHours * hour) {
        instance.clock.set(next);
        token = (await present(instance, token, { clientId })).body.refresh_token;
        expect(token).toBeDefined();
      }
      instance.clock.set(end - 1);
      token = (await present(instance, token, { clientId })).body.refresh_token;
    }
    instance.clock.set(end);
    const { status, body } = await present(instance, token, { clientId });
    expect({ status, ...body }).toMatchObject({ status: 400, error: "invalid_grant", reason: "session_expired" });
    const timeline = await instance.holdfast.timeline.explain(session.id);
    expect(timeline).toMatchObject(told);
    expect(timeline?.entries.findLast(({ type }) => type === "token.refused")).toMatchObject({
      title: expect.stringMatching(refusal),
    });
  });
});
