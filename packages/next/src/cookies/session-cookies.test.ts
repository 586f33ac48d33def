import { describe, expect, it } from "vitest";
import { cookieSecret, idOf, sessionOf } from "../../testing/test-holdfast.ts";
import { createSealer } from "../sealing/sealer.ts";
import type { Tombstone } from "../session/session.ts";
import { applyWrites } from "./cookie-header.ts";
import { createSessionCookies } from "./session-cookies.ts";

const sealer = createSealer([cookieSecret]);
const cookies = createSessionCookies({ sealer, clientId: "web", isSecure: true });

async function holding(...parts: Parameters<typeof sessionOf>[0][]): Promise<string> {
  const nobody = await cookies.read(null);
  const headers = await Promise.all(
    parts.map(async (each) => applyWrites("", await cookies.write(nobody, sessionOf(each)))),
  );
  return headers.join("; ");
}

async function held(header: string) {
  const { session, ended } = await cookies.read(header);
  return session ? [session.claims.grant_id, session.generation] : (ended?.reason ?? null);
}

const namesIn = (header: string) => header.split("; ").map((pair) => pair.slice(0, pair.indexOf("=")));
const tombstone = (grant: number, refreshToken: string | null = null): Tombstone => ({
  grantId: idOf(grant),
  sid: idOf(80),
  reason: "signed_out",
  refreshToken,
});

describe("of several sessions in a browser", () => {
  it("the highest generation counts, whatever the order", async () => {
    expect(await held(await holding({ generation: 2 }, { generation: 10 }, { generation: 9 }))).toEqual([idOf(1), 10]);
  });

  it("the newest sign-in counts, whatever its generation", async () => {
    expect(await held(await holding({ grant: 1, generation: 7 }, { grant: 2, generation: 1 }))).toEqual([idOf(2), 1]);
  });

  it("a session's end outweighs every generation of it, and sign-ins before", async () => {
    const before = await holding({ grant: 1 }, { grant: 2, generation: 5 });
    const ended = applyWrites(before, await cookies.end(await cookies.read(before), tombstone(2)));
    expect(await held(ended)).toBe("signed_out");
    expect(await held(`${ended}; ${await holding({ grant: 2, generation: 6 })}`)).toBe("signed_out");
    expect(await held(`${ended}; ${await holding({ grant: 1, generation: 9 })}`)).toBe("signed_out");
    expect(await held(`${ended}; ${await holding({ grant: 3 })}`)).toEqual([idOf(3), 1]);
  });
});

describe("a write", () => {
  it("takes away what it replaces, and never a higher generation or a newer sign-in", async () => {
    const before = await holding({ grant: 1, generation: 9 }, { grant: 2, generation: 1 }, { grant: 2, generation: 3 });
    const late = await holding({ grant: 2, generation: 4 });
    const carried = await cookies.read(before);
    const writes = await cookies.write(carried, sessionOf({ grant: 2, generation: 2 }));
    const after = applyWrites(`${before}; ${late}`, writes);
    expect(namesIn(after)).toEqual([
      "__Host-holdfast_next.web~3.000000000002.0",
      "__Host-holdfast_next.web~4.000000000002.0",
      "__Host-holdfast_next.web~2.000000000002.0",
    ]);
    expect(await held(after)).toEqual([idOf(2), 4]);
  });

  it("of a session's end leaves a newer sign-in alone", async () => {
    const before = await holding({ grant: 1 });
    const late = await holding({ grant: 2 });
    const after = applyWrites(`${before}; ${late}`, await cookies.end(await cookies.read(before), tombstone(1)));
    expect(await held(after)).toEqual([idOf(2), 1]);
  });

  it("of a session too long for one cookie spreads over several, all of which are taken away with it", async () => {
    const long = await holding({ padding: 5_000 });
    expect(namesIn(long)).toHaveLength(3);
    expect(await held(long)).toEqual([idOf(1), 1]);
    const after = applyWrites(long, await cookies.write(await cookies.read(long), sessionOf({ generation: 2 })));
    expect(namesIn(after)).toEqual(["__Host-holdfast_next.web~2.000000000001.0"]);
  });

  it("after a sign-in takes away everything of ours, and nothing of others", async () => {
    const before = `theme=dark; __Host-holdfast_next.web~3.000000000009.0=1.garbage; ${await holding({ grant: 1 })}`;
    const after = applyWrites(before, await cookies.replace(await cookies.read(before), sessionOf({ grant: 2 })));
    expect(namesIn(after)).toEqual(["theme", "__Host-holdfast_next.web~1.000000000002.0"]);
  });
});

describe("nobody is signed in by", () => {
  const name = "__Host-holdfast_next.web~1.000000000001.0";
  const sealedAs = async (purpose: string, text: string) => `${name}=1.${await sealer.seal(purpose, text)}`;

  it.each<[string, () => string | Promise<string>]>([
    ["no cookie", () => ""],
    ["an empty cookie", () => `${name}=`],
    ["garbage", () => `${name}=1.garbage`],
    ["a header that is none", () => ";;; =; a; =b"],
    ["a truncated cookie", async () => (await holding({})).slice(0, -20)],
    [
      "a cookie under another secret",
      async () => {
        const others = createSessionCookies({
          sealer: createSealer(["y".repeat(32)]),
          clientId: "web",
          isSecure: true,
        });
        return applyWrites("", await others.write(await others.read(null), sessionOf()));
      },
    ],
    [
      "the cookie of another client",
      async () => {
        const others = createSessionCookies({ sealer, clientId: "shop", isSecure: true });
        return applyWrites("", await others.write(await others.read(null), sessionOf())).replace("shop", "web");
      },
    ],
    ["the cookie of plain http", async () => (await holding({})).replace("__Host-", "")],
    ["what was sealed for a sign-in", () => sealedAs("attempt:web:state", "{}")],
    ["a tombstone under a session's name", () => sealedAs("tombstone:web", JSON.stringify(tombstone(1)))],
    ["something sealed that is no JSON", () => sealedAs("session:web", "Ada")],
    ["something sealed that is null", () => sealedAs("session:web", "null")],
    ["a session without its token", () => sealedAs("session:web", '{"generation":1}')],
    [
      "a session whose token is none",
      () => sealedAs("session:web", JSON.stringify({ ...sessionOf(), accessToken: "a.b.c" })),
    ],
    [
      "a session whose times are none",
      () => sealedAs("session:web", JSON.stringify({ ...sessionOf(), issuedAt: null })),
    ],
    [
      "hundreds of cookies",
      () => Array.from({ length: 300 }, (_, each) => `${name.replace("~1", `~${each}`)}=1.x`).join("; "),
    ],
  ])("%s", async (_case, make) => {
    expect(await cookies.read(await make())).toMatchObject({ session: null, ended: null });
  });
});
