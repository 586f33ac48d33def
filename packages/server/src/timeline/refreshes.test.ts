import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, clientNamed, confidentialSecret, forgeToken, testClients } from "../grants/refresh.testing.ts";
import type { TestInstance } from "../testing/instance.ts";
import { atHome, createTimelineInstance, elsewhere, startAda } from "./flow.testing.ts";
import { chromeOnLinux, firefoxOnWindows } from "./timeline.testing.ts";

const second = 1_000;

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTimelineInstance({
    clients: [...testClients, clientNamed("brief", { tokens: { refreshIdle: "1h" } })],
  });
});
afterAll(() => instance.close());

describe("the timeline of a session in use", () => {
  it("begins with the sign-in and tells each refresh, with where it came from", async () => {
    const ada = await startAda(instance);
    const started = instance.clock.now();
    instance.clock.advance(60 * second);
    const { headers } = await ada.refresh(ada.refreshToken);
    const { entries, ...facts } = await ada.timeline();
    expect(entries.map(({ title }) => title)).toEqual([
      "Signed in through test from 192.0.2.1 (test)",
      "First tokens for device",
      "Refreshed by another browser than before (generation 1 → 2)",
    ]);
    expect(entries[2]).toEqual({
      at: new Date(instance.clock.now()).toISOString(),
      type: "session.refreshed",
      verdict: "rotated",
      title: "Refreshed by another browser than before (generation 1 → 2)",
      detail: "It was last used from 192.0.2.1 (test), 60 s earlier.",
      severity: "warning",
      client: "device",
      grant: ada.grantId,
      address: atHome,
      user_agent: chromeOnLinux,
      request_id: headers.get("x-request-id"),
      data: expect.objectContaining({ presented: 1 }),
    });
    const text = (moment: number) => new Date(moment).toISOString().slice(0, 19).replace("T", " ");
    expect(facts).toEqual({
      sid: ada.session.id,
      user: { id: ada.session.userId, name: "Ada" },
      provider: "test",
      state: "live",
      summary: `Alive: last used on ${text(instance.clock.now())} UTC, less than a second ago; it lives until ${text(
        instance.clock.now() + 14 * 86_400_000,
      )} UTC if nothing uses it, and until ${text(started + 90 * 86_400_000)} UTC at the latest.`,
      started_at: new Date(started).toISOString(),
      last_used_at: new Date(instance.clock.now()).toISOString(),
      idle_expires_at: new Date(instance.clock.now() + 14 * 86_400_000).toISOString(),
      expires_at: new Date(started + 90 * 86_400_000).toISOString(),
      ended_at: null,
      reason: null,
      truncated: false,
      server_time_ms: instance.clock.now(),
    });
  });

  it("tells a retry from another tab, and that from another address", async () => {
    const ada = await startAda(instance);
    await ada.refresh(ada.refreshToken, { key: "attempt" });
    instance.clock.advance(12 * second);
    await ada.refresh(ada.refreshToken, { key: "attempt" });
    await ada.refresh(ada.refreshToken, { key: "another-tab" });
    await ada.refresh(ada.refreshToken, { key: "a-phone", from: elsewhere });
    expect((await ada.told()).slice(1)).toEqual([
      "Answered again: a retry of the same attempt got the same token (the first answer was probably lost)",
      "Answered with the current token: this one had been replaced 12 s earlier by another tab",
      "Answered with the current token: this one had been replaced 12 s earlier from another address (192.0.2.1)",
    ]);
  });

  it("says when the database had lost its last moments", async () => {
    const ada = await startAda(instance);
    const newer = forgeToken(ada.refreshToken, { generation: 4 });
    expect((await ada.refresh(newer)).status).toBe(200);
    instance.clock.advance(5 * second);
    await ada.refresh(forgeToken(ada.refreshToken, { generation: 3 }));
    expect(await ada.told()).toEqual([
      "The database had lost its last moments; the client's newer token was accepted (generation 1 → 5)",
      "Answered with the current token: this one had been replaced 5 s earlier by another tab",
    ]);
  });

  it("tells of a client that does not rotate, and of one that has no secret", async () => {
    const ada = await startAda(instance, { clientId: "still" });
    const headers = { Authorization: basic("still", confidentialSecret) };
    await ada.refresh(ada.refreshToken, { headers });
    await ada.refresh(ada.refreshToken);
    expect(await ada.told()).toEqual([
      "Renewed: a new access token, and still keeps its refresh token",
      "Refused: still did not prove who it is; its secret was missing or wrong",
    ]);
  });

  it("tells of a token that another client presents, and of a forged one", async () => {
    const ada = await startAda(instance, { clientId: "strict" });
    const thief = await startAda(instance);
    await thief.refresh(ada.refreshToken);
    await ada.refresh(forgeToken(ada.refreshToken, { handle: Buffer.alloc(16) }));
    expect(await ada.told()).toEqual([
      "Refused: the token belongs to strict and was presented by device",
      "Refused: a forged token, whose handle is not this grant's",
    ]);
  });

  it("says that a client has to sign in again when only its own limit has passed", async () => {
    const ada = await startAda(instance, { clientId: "brief" });
    instance.clock.advance(90 * 60 * second);
    await ada.refresh(ada.refreshToken);
    expect(await ada.told()).toEqual([
      "Refused: the refresh token of brief had run out; it was last used 90 min earlier",
    ]);
    const { state, summary } = await ada.timeline();
    expect(state).toBe("live");
    expect(summary).toContain("But brief can refresh no more, and has to sign in again: its refresh token had run out");
  });
});

describe("the timeline of a theft", () => {
  it("tells when the token had been replaced, from where, and that the session was ended", async () => {
    const ada = await startAda(instance);
    await ada.refresh(ada.refreshToken, { from: elsewhere, agent: firefoxOnWindows });
    instance.clock.advance(41 * second);
    await ada.refresh(ada.refreshToken);
    instance.clock.advance(120 * second);
    await ada.refresh(ada.refreshToken);
    expect(await ada.told()).toEqual([
      "Refreshed from another address and by another browser than before (generation 1 → 2)",
      "Refused: this refresh token had been replaced 41 s earlier from another address (198.51.100.7, Firefox on Windows); the session was ended to protect Ada",
      "The tokens of device ended: a refresh token that had been replaced came back",
      "Ended: a refresh token that had been replaced came back",
      "Refused: the session had ended 2 min earlier: a refresh token that had been replaced came back",
    ]);
    const { summary, state, reason, ended_at } = await ada.timeline();
    expect({ state, reason }).toEqual({ state: "ended", reason: "reuse_detected" });
    const ended = String(ended_at).slice(0, 19).replace("T", " ");
    expect(summary).toBe(
      `Ended on ${ended} UTC, 2 min ago, to protect Ada: a refresh token that had been replaced 41 s earlier from another address (198.51.100.7, Firefox on Windows) was presented again from 192.0.2.1 (Chrome on Linux).`,
    );
  });

  it("says that only the client's tokens ended where the operator wants it so", async () => {
    const lenient = await createTimelineInstance({ sessions: { endOnReuse: false } });
    try {
      const ada = await startAda(lenient);
      await ada.refresh(ada.refreshToken);
      lenient.clock.advance(60 * second);
      await ada.refresh(ada.refreshToken);
      expect((await ada.told())[1]).toBe(
        "Refused: this refresh token had been replaced 60 s earlier by another tab; the tokens of device were ended to protect Ada",
      );
      const { state, summary } = await ada.timeline();
      expect(state).toBe("live");
      expect(summary).toMatch(/But device can refresh no more.*a refresh token that had been replaced came back/);
    } finally {
      await lenient.close();
    }
  });
});
