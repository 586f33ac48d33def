import { expect, it } from "vitest";
import { createMemoryAdapter } from "./memory-adapter.ts";

it("keeps the newest 5,000 records of each kind, counting a change as new", async () => {
  const adapter = createMemoryAdapter();
  const codes = adapter("AuthorizationCode");
  await adapter("Session").upsert("session", { uid: "u" });
  for (let n = 0; n < 5000; n++) await codes.upsert(`code ${n}`, {});
  await codes.upsert("code 0", { scope: "openid" });
  await codes.upsert("one too many", {});

  expect(await codes.find("code 0")).toEqual({ scope: "openid" });
  expect(await codes.find("code 1")).toBeUndefined();
  expect(await codes.find("code 2")).toEqual({});
  expect(await adapter("Session").findByUid("u")).toEqual({ uid: "u" });
});

it("gives copies, so that a change counts only when it is saved", async () => {
  const sessions = createMemoryAdapter()("Session");
  const saved = { authorizations: { holdfast: { grantId: "a" } } };
  await sessions.upsert("session", saved);
  saved.authorizations.holdfast.grantId = "changed by the writer";
  const found = await sessions.find("session");
  if (!found?.authorizations?.holdfast) throw new Error("not found");
  found.authorizations.holdfast.grantId = "changed by a reader";
  expect(await sessions.find("session")).toEqual({ authorizations: { holdfast: { grantId: "a" } } });
});

it("revokes the records of one grant", async () => {
  const tokens = createMemoryAdapter()("RefreshToken");
  await tokens.upsert("one", { grantId: "a" });
  await tokens.upsert("two", { grantId: "b" });
  await tokens.revokeByGrantId("a");
  expect(await tokens.find("one")).toBeUndefined();
  expect(await tokens.find("two")).toEqual({ grantId: "b" });
});
