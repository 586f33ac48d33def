import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createOddInstance,
  type OddInstance,
  type OddProvider,
  startOddProvider,
  trySignIn,
} from "./odd-provider.testing.ts";

let odd: OddInstance;
let second: OddProvider;
beforeAll(async () => {
  second = await startOddProvider();
  odd = await createOddInstance({
    signin: { defaultProvider: "odd" },
    providers: [{ id: "second", issuer: second.issuer, clientId: "holdfast" }],
  });
});
afterAll(async () => {
  await odd.close();
  await second.close();
});

interface UserRow {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly picture: string | null;
}

async function userOf(subject: string, issuer = odd.provider.issuer): Promise<UserRow> {
  const [row] = await odd.instance.sql<UserRow>(
    "select u.* from users u join identities i on i.user_id = u.id where i.subject = $1 and i.issuer = $2",
    [subject, issuer],
  );
  if (!row) throw new Error(`nobody is ${subject}`);
  return row;
}

/** Signs a subject in and answers with the user that came of it. */
async function signIn(sub: string, claims: Record<string, unknown>, userInfo: Record<string, unknown> = {}) {
  const { result } = await trySignIn(odd, { claims: { sub, ...claims }, userInfo });
  expect(result).toBe("signed in");
  return userOf(sub);
}

describe("a person", () => {
  it("is issuer and subject: the same subject of another issuer is somebody else (N5)", async () => {
    const first = await signIn("same", {});
    second.behave({ claims: { sub: "same" } });
    const { result } = await trySignIn(odd, { claims: { sub: "same" } }, "/signin/second");
    expect(result).toBe("signed in");
    const other = await userOf("same", second.issuer);
    expect(other.id).not.toBe(first.id);
    expect(other.email).toBe(first.email);
  });

  it("is not found by a verified e-mail of somebody else (N5)", async () => {
    const first = await signIn("victim", { email: "victim@example.com" });
    const other = await signIn("attacker", { email: "victim@example.com" });
    expect(other.id).not.toBe(first.id);
  });

  it("stays the same when the e-mail changes", async () => {
    const before = await signIn("moving", { email: "old@example.com" });
    const after = await signIn("moving", { email: "new@example.com" });
    expect(after).toMatchObject({ id: before.id, email: "new@example.com" });
  });

  it.each([
    ["case", "Case", "case"],
    ["an accent's encoding", "e%CC%81", "%C3%A9"],
    ["a space", "ada", "ada "],
  ])("is told apart from another whose subject differs by %s", async (_what, one, other) => {
    expect((await signIn(one, {})).id).not.toBe((await signIn(other, {})).id);
  });
});

describe("an e-mail nobody verified", () => {
  it.each<[string, unknown]>([
    ["the word true", "true"],
    ["false", false],
    ["absent", undefined],
    ["null", null],
    ["1", 1],
    ["a list of true", [true]],
    ["an object", { verified: true }],
  ])("is not the user's: email_verified is %s (N6)", async (what, verified) => {
    const sub = `unverified-${what.replaceAll(" ", "-")}`;
    const user = await signIn(sub, { email: "ada@example.com", email_verified: verified });
    expect(user.email).toBeNull();
    const [identity] = await odd.instance.sql<{ email_verified: boolean }>(
      "select email_verified from identities where subject = $1",
      [sub],
    );
    expect(identity?.email_verified).toBe(false);
  });

  it("does not replace the verified one", async () => {
    await signIn("steady", { email: "steady@example.com" });
    const user = await signIn("steady", { email: "evil@example.com", email_verified: false });
    expect(user.email).toBe("steady@example.com");
  });

  it("is not vouched for by a claim of another place: user info has the last word on both", async () => {
    const claims = { email: "mine@example.com", email_verified: true };
    const user = await signIn("split", claims, { email: "theirs@example.com", email_verified: false });
    expect(user.email).toBeNull();
  });

  it("is not vouched for by the ID token's word on another address", async () => {
    const claims = { email: "mine@example.com", email_verified: true };
    const user = await signIn("mixed", claims, { email: "theirs@example.com" });
    expect(user.email).toBeNull();
  });
});

describe("claims that make no sense", () => {
  it.each<[string, Record<string, unknown>, Partial<UserRow>]>([
    ["a list as e-mail", { email: ["ada@example.com"] }, { email: null }],
    ["no at sign", { email: "ada.example.com" }, { email: null }],
    ["two addresses", { email: "ada@example.com, eve@example.com" }, { email: null }],
    ["a line break in the e-mail", { email: "ada@example.com\nbcc: eve@example.com" }, { email: null }],
    ["an e-mail cut short would be another's", { email: `${"a".repeat(285)}@example.com.evil.org` }, { email: null }],
    ["a NUL in the name", { name: "Ada\u0000Lovelace" }, { name: "Ada Lovelace" }],
    ["a blank name", { name: "  \t " }, { name: null }],
    ["a number as name", { name: 7 }, { name: null }],
    ["half a character at the cut", { name: `${"a".repeat(299)}😀` }, { name: `${"a".repeat(299)}\ufffd` }],
    ["an object as picture", { picture: {} }, { picture: null }],
    ["a script as picture", { picture: "javascript:alert(1)" }, { picture: null }],
    ["a picture of 1 MB", { picture: `https://example.com/${"a".repeat(100_000)}` }, { picture: null }],
    ["markup as name", { name: "<script>alert(1)</script>" }, { name: "<script>alert(1)</script>" }],
  ])("are left out: %s", async (what, claims, expected) => {
    const user = await signIn(`odd-${what.replaceAll(/[^a-z]/gi, "")}`, claims);
    expect(user).toMatchObject(expected);
  });
});

it("keeps one user and one account for a person who signs in for the first time in ten browsers at once", async () => {
  odd.provider.behave({ claims: { sub: "hasty", name: "Hasty" } });
  const visits = await Promise.all(
    Array.from({ length: 10 }, () =>
      odd.instance.browser().open(`${odd.instance.issuer}/signin`, "http://localhost:5999"),
    ),
  );
  expect(visits.map(({ response }) => response?.status)).toEqual(Array.from({ length: 10 }, () => undefined));
  const counts = await odd.instance.sql<Record<string, number>>(
    `select (select count(*)::int from users where name = 'Hasty') as users,
      (select count(*)::int from accounts where name = 'Hasty') as accounts,
      (select count(*)::int from sessions s join users u on u.id = s.user_id where u.name = 'Hasty') as sessions`,
  );
  expect(counts).toEqual([{ users: 1, accounts: 1, sessions: 10 }]);
});
