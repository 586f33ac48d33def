import { describe, expect, it } from "vitest";
import { createAccessToken } from "./access-token.ts";

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const born = { wall: 1000, monotonic: 10 };

function read(claims: object | string, account?: string) {
  const access_token = typeof claims === "string" ? claims : `${encode({ alg: "ES256" })}.${encode(claims)}.c2ln`;
  const answer = {
    access_token,
    token_type: "Bearer",
    expires_in: 900,
    scope: "",
    server_time_ms: 0,
    sid: "s1",
    generation: 3,
  };
  return createAccessToken(answer as Parameters<typeof createAccessToken>[0], born, account, 0.5);
}

describe("what an access token says", () => {
  it("is who it is for, which grant it comes from and how long it lives", () => {
    const token = read({ sub: "u1", account: "a1", role: "owner", grant_id: "g1", exp: 1, iat: 1, jti: "j", nbf: 1 });
    expect(token).toMatchObject({ sid: "s1", grant: "g1", generation: 3, lifetime: 900_000, dueAge: 675_000, born });
    expect(token.user).toEqual({
      userId: "u1",
      accountId: "a1",
      role: "owner",
      claims: { sub: "u1", account: "a1", role: "owner", grant_id: "g1" },
    });
  });

  it("is read as UTF-8", () => {
    expect(read({ sub: "Ada Łovelace 🔑" }).user.userId).toBe("Ada Łovelace 🔑");
  });

  it.each(["opaque", "a.b.c", "", "..", `x.${encode([1])}.y`, `x.${Buffer.from("7").toString("base64url")}.y`])(
    "is nothing where it is no JWT: %s",
    (value) => {
      expect(read(value, "a1")).toMatchObject({ grant: "s1", user: { userId: "", accountId: "a1", role: null } });
    },
  );
});
