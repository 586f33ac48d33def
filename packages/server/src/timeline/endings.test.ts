import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLine } from "../grants/index.ts";
import type { TestInstance } from "../testing/instance.ts";
import { type Ada, createTimelineInstance, startAda } from "./flow.testing.ts";

const minute = 60_000;
const hour = 60 * minute;

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTimelineInstance({ sessions: { idle: "1h", absolute: "10h" } });
});
afterAll(() => instance.close());

const text = (moment: number) => `${new Date(moment).toISOString().slice(0, 19).replace("T", " ")} UTC`;

function endAs({ session }: Ada, reason: "session_revoked" | "compromised") {
  return instance.holdfast.revocation.end({ kind: "session", id: session.id }, reason, { service: "back-office" });
}

/** Ends a session in some way; what is told of it. */
const endings: [string, (ada: Ada) => Promise<unknown>, string, string][] = [
  [
    "its person signs out",
    (ada) =>
      fetch(`${instance.issuer}/signout`, { method: "POST", headers: { cookie: `holdfast_session=${ada.cookie}` } }),
    "signed_out",
    "Ada signed out",
  ],
  [
    "an operator ends it",
    (ada) => instance.holdfast.sessions.revoke({ id: ada.session.id }, "session_revoked"),
    "session_revoked",
    "revoked by someone with the right to do so",
  ],
  [
    "an operator ends it on the command line",
    (ada) => instance.holdfast.revocation.end({ kind: "session", id: ada.session.id }, "session_revoked", commandLine),
    "session_revoked",
    "revoked by an operator, on the command line",
  ],
  [
    "a back office ends it",
    (ada) => endAs(ada, "session_revoked"),
    "session_revoked",
    "revoked by the service back-office",
  ],
  [
    "a back office says why",
    (ada) => endAs(ada, "compromised"),
    "compromised",
    "somebody else may have had the tokens; the service back-office ended it",
  ],
  [
    "its person is disabled",
    (ada) => instance.holdfast.users.disable(ada.session.userId),
    "user_disabled",
    "the user was disabled",
  ],
  [
    "its person is removed",
    (ada) => instance.holdfast.users.remove(ada.session.userId),
    "user_deleted",
    "the user was removed",
  ],
  [
    "somebody else signs in, in the same browser",
    async ({ session }) => {
      const grace = { issuer: "urn:test", subject: "grace", provider: "test", name: "Grace", email: null };
      const source = { requestId: "test", address: null, userAgent: null };
      await instance.holdfast.admission.admit({ ...grace, emailVerified: false, picture: null }, session, source);
    },
    "replaced",
    "someone else signed in, in the same browser",
  ],
];

describe("a session that ends because", () => {
  it.each(endings)("%s says so", async (_, end, reason, words) => {
    const ada = await startAda(instance);
    instance.clock.advance(minute);
    await end(ada);
    const endedAt = instance.clock.now();
    instance.clock.advance(3 * minute);
    await ada.refresh(ada.refreshToken);
    const { summary, ...facts } = await ada.timeline();
    expect(facts).toMatchObject({ state: "ended", reason, ended_at: new Date(endedAt).toISOString() });
    expect(summary).toBe(`Ended on ${text(endedAt)}, 3 min ago: ${words}.`);
    const inWords = words.replace("Ada ", "");
    expect(await ada.told()).toEqual([
      `The tokens of device ended: ${inWords}`,
      `Ended: ${inWords}`,
      `Refused: the session had ended 3 min earlier: ${inWords}`,
    ]);
  });

  it("a back office ended it does not name it to the person", async () => {
    const ada = await startAda(instance);
    await endAs(ada, "session_revoked");
    await ada.refresh(ada.refreshToken);
    const told = await instance.holdfast.timeline.explainOwn(ada.session.userId, ada.session.id);
    expect(told?.summary).toContain("revoked by someone with the right to do so");
    expect(JSON.stringify(told)).not.toContain("back-office");
  });

  it("nothing used it says since when, though nobody wrote that down", async () => {
    const ada = await startAda(instance);
    const start = instance.clock.now();
    instance.clock.advance(30 * minute);
    await ada.refresh(ada.refreshToken);
    const used = instance.clock.now();
    instance.clock.advance(3 * hour);
    const because = `nothing used it after ${text(used)}. In use, it would have lived until ${text(start + 10 * hour)}.`;
    const { entries, ...facts } = await ada.timeline();
    expect(facts).toMatchObject({
      state: "expired",
      reason: "idle_limit",
      ended_at: new Date(used + hour).toISOString(),
      summary: `Ended on ${text(used + hour)}, 2 h ago: it ran out, because ${because}`,
    });
    expect(entries.at(-1)).toMatchObject({
      at: new Date(used + hour).toISOString(),
      type: "session.expired",
      severity: "ended",
      title: `Ran out: ${because}`,
    });
  });

  it("it ran out has that moment before what came after", async () => {
    const ada = await startAda(instance);
    const start = instance.clock.now();
    instance.clock.advance(5 * hour);
    await ada.refresh(ada.refreshToken);
    await instance.holdfast.users.disable(ada.session.userId);
    const { entries, reason } = await ada.timeline();
    expect(reason).toBe("idle_limit");
    expect(entries.slice(2).map(({ type }) => type)).toEqual([
      "session.expired",
      "token.refused",
      "grant.revoked",
      "session.revoked",
    ]);
    expect(entries[3]?.title).toBe(`Refused: the session had been idle since ${text(start)}, for 5 h`);
    expect(entries.at(-1)?.detail).toBe(`It had run out by itself before, on ${text(start + hour)}.`);
  });

  it("it reached its limit says so, however much it was used", async () => {
    const ada = await startAda(instance);
    const start = instance.clock.now();
    let token = ada.refreshToken;
    for (let turn = 0; turn < 11; turn++) {
      instance.clock.advance(54 * minute);
      token = (await ada.refresh(token)).body.refresh_token;
    }
    instance.clock.advance(hour);
    await ada.refresh(token);
    const { state, reason, summary } = await ada.timeline();
    expect({ state, reason }).toEqual({ state: "expired", reason: "absolute_limit" });
    expect(summary).toBe(
      `Ended on ${text(start + 10 * hour)}, 54 min ago: it had reached its limit. It lasts 10 h from the sign-in, used or not.`,
    );
    expect((await ada.told()).at(-1)).toBe(
      `Refused: the session had reached its limit on ${text(start + 10 * hour)}, 54 min earlier`,
    );
  });
});

it("a session outlives its account, and says that the client has to sign in again", async () => {
  const ada = await startAda(instance);
  await instance.holdfast.accounts.close(ada.account.id, "too dear");
  const closed = instance.clock.now();
  instance.clock.advance(5 * minute);
  await ada.refresh(ada.refreshToken);
  expect(await ada.told()).toEqual([
    "The tokens of device ended: the account was closed",
    "Refused: the tokens of device had ended 5 min earlier: the account was closed",
  ]);
  const { state, summary } = await ada.timeline();
  expect(state).toBe("live");
  expect(summary).toMatch(/^Alive: /);
  expect(summary).toContain(
    ` But device can refresh no more, and has to sign in again: the account was closed (${text(closed)}, 5 min ago).`,
  );
});

it("a client that has signed in once more is not told to", async () => {
  const ada = await startAda(instance);
  const source = { requestId: "test", address: null, userAgent: null };
  const client = instance.holdfast.clients.choose("device");
  const again = await instance.holdfast.admission.enter({
    ...{ client, session: ada.session, source },
    accountId: ada.account.id,
  });
  await instance.sql("update grants set idle_expires_at = now() - interval '1 day' where id = $1", [ada.grantId]);
  await ada.refresh(ada.refreshToken);
  expect((await ada.refresh(again.refreshToken)).status).toBe(200);
  expect((await ada.timeline()).summary).not.toContain("can refresh no more");
});

it("of a session that is not there, or no session at all, nothing is told", async () => {
  for (const id of ["0190a0b0-0000-7000-8000-000000000009", "nonsense", "", "' or true --"]) {
    expect(await instance.holdfast.timeline.explain(id)).toBeNull();
  }
});
