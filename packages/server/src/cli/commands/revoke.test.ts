import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyClient, createTestInstance, type TestInstance, testClient } from "../../testing/instance.ts";
import { startSession } from "../../testing/sign-in.ts";
import { describeRevoked, type NamedTarget, revoke } from "./revoke.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false, config: { clients: [testClient, bodyClient] } });
});
afterAll(() => instance.close());

type Started = Awaited<ReturnType<typeof startSession>> & { readonly email: string };

describe("a command ends", () => {
  it.each<[string, (started: Started) => NamedTarget, string]>([
    ["a session", ({ session }) => ({ session: session.id }), "Ended 1 session and 1 grant."],
    ["a grant", ({ grantId }) => ({ grant: grantId }), "Ended 1 grant."],
    ["all of a person, by address", ({ email }) => ({ user: email }), "Ended 1 session and 1 grant."],
    ["all of a person, by id", ({ session }) => ({ user: session.userId }), "Ended 1 session and 1 grant."],
    ["all of an account", ({ account }) => ({ account: account.id }), "Ended 1 grant."],
    ["all of a client", () => ({ client: "device" }), "Ended 1 grant."],
  ])("%s, and says so; then there is nothing left", async (_what, name, said) => {
    const email = `${crypto.randomUUID()}@example.com`;
    const started = { ...(await startSession(instance, { email, clientId: "device" })), email };
    expect(describeRevoked(await revoke(instance.holdfast, name(started)))).toBe(said);
    expect(describeRevoked(await revoke(instance.holdfast, name(started)))).toBe("Nothing of it was alive any more.");
    const [ended] = await instance.sql("select request_id from events where type = 'grant.revoked' and grant_id = $1", [
      started.grantId,
    ]);
    expect(ended).toEqual({ request_id: "cli" });
    // Whatever lives still of this one must not be counted for the next.
    await revoke(instance.holdfast, { session: started.session.id });
  });
});

it.each<[NamedTarget, string]>([
  [{}, "invalid_request"],
  [{ session: undefined }, "invalid_request"],
  [{ user: "ada@example.com", client: "app" }, "invalid_request"],
  [{ session: "nonsense" }, "revocation_target_unknown"],
  [{ grant: "nonsense" }, "revocation_target_unknown"],
  [{ account: "nonsense" }, "revocation_target_unknown"],
  [{ client: "nonsense" }, "revocation_target_unknown"],
  [{ user: "nobody@example.com" }, "invalid_request"],
])("%j is refused", async (named, code) => {
  await expect(revoke(instance.holdfast, named)).rejects.toMatchObject({ code });
});
