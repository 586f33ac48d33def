import { createHash, randomBytes } from "node:crypto";
import { calculateJwkThumbprint, decodeProtectedHeader } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createKeyStore, type KeyStore, signToken, verifyToken } from "./keys.testing.ts";

let store: KeyStore;
beforeEach(async () => {
  store = await createKeyStore();
});
afterEach(() => store.close());

const listEvents = () =>
  store.database.execute<{ type: string; data: Record<string, unknown> }>("select type, data from events order by id");

describe("at the first start", () => {
  it("makes one key, which signs at once", async () => {
    const keys = await store.startNode();
    expect(keys.list()).toEqual([
      {
        id: expect.stringMatching(/^[\w-]{43}$/),
        algorithm: "ES256",
        status: "signing",
        createdAt: new Date(store.clock.now()),
        activatesAt: new Date(store.clock.now()),
        retiresAt: null,
      },
    ]);
    expect(await verifyToken(keys, await signToken(keys))).toBe(keys.list()[0]?.id);
    expect(await listEvents()).toMatchObject([{ type: "key.created", data: { key: keys.list()[0]?.id } }]);
  });

  it("makes one key also when several nodes start at the same moment", async () => {
    const nodes = await Promise.all([1, 2, 3, 4].map(() => store.startNode()));
    const ids = new Set(nodes.flatMap((keys) => keys.list().map(({ id }) => id)));
    expect(ids.size).toBe(1);
    expect(await store.database.execute("select id from signing_keys")).toHaveLength(1);
    expect(await listEvents()).toHaveLength(1);
    const [first, second] = nodes;
    if (first && second) await verifyToken(second, await signToken(first));
  });

  it("makes none at the second", async () => {
    const before = (await store.startNode()).list();
    expect((await store.startNode()).list()).toEqual(before);
  });
});

describe("the key set", () => {
  it("has the public members and nothing else; each id is the key's thumbprint, and unique", async () => {
    const keys = await store.startNode();
    await keys.rotate();
    await keys.rotate({ isUrgent: true });
    const published = (await keys.jwks()).keys;
    expect(published).toHaveLength(3);
    for (const key of published) {
      expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
      expect(key).toMatchObject({ alg: "ES256", crv: "P-256", kty: "EC", use: "sig" });
      expect(key.kid).toBe(await calculateJwkThumbprint(key));
    }
    expect(new Set(published.map(({ kid }) => kid)).size).toBe(3);
  });

  it("is worth nothing to a thief of the database: private halves are sealed", async () => {
    await store.startNode();
    const [row] = await store.database.execute<{ sealed_private_key: Buffer; public_jwk: Record<string, string> }>(
      "select * from signing_keys",
    );
    expect(row?.public_jwk).not.toHaveProperty("d");
    // A PKCS #8 key would begin with a DER sequence and name its curve (OID 1.2.840.10045.3.1.7).
    expect(row?.sealed_private_key.includes(Buffer.from("2a8648ce3d030107", "hex"))).toBe(false);
  });
});

describe("a token", () => {
  it("is signed as ES256 in JOSE's own form, 64 bytes, and names its key and type", async () => {
    const keys = await store.startNode();
    const token = await signToken(keys);
    expect(decodeProtectedHeader(token)).toEqual({ alg: "ES256", typ: "at+jwt", kid: keys.list()[0]?.id });
    expect(Buffer.from(token.split(".")[2] ?? "", "base64url")).toHaveLength(64);
  });

  it("changed in any part is not verified", async () => {
    const keys = await store.startNode();
    const [header, , signature] = (await signToken(keys)).split(".");
    const payload = Buffer.from(JSON.stringify({ sub: "somebody else" })).toString("base64url");
    await expect(verifyToken(keys, [header, payload, signature].join("."))).rejects.toThrow(
      "signature verification failed",
    );
  });
});

describe("the secret", () => {
  it("that does not fit the database is refused by name, and nothing is changed", async () => {
    await store.startNode();
    await expect(store.startNode([randomBytes(32)])).rejects.toMatchObject({ name: "AppError", code: "secret_wrong" });
    expect(await store.database.execute("select id from signing_keys")).toHaveLength(1);
  });

  it("with the same id byte by chance is refused all the same", async () => {
    await store.startNode();
    const idOf = (secret: Uint8Array) => createHash("sha256").update(secret).digest()[0];
    let other = randomBytes(32);
    while (idOf(other) !== idOf(store.secret)) other = randomBytes(32);
    await expect(store.startNode([other])).rejects.toMatchObject({ code: "secret_wrong" });
  });

  it("that was replaced still opens its keys; new ones are sealed with the new", async () => {
    const before = await store.startNode();
    const token = await signToken(before);
    const newSecret = randomBytes(32);
    const after = await store.startNode([newSecret, store.secret]);
    expect(await verifyToken(after, token)).toBe(await verifyToken(after, await signToken(after)));
    await after.rotate({ isUrgent: true });
    await expect(store.startNode([store.secret])).rejects.toMatchObject({ code: "secret_wrong" });
    await store.database.execute("delete from signing_keys where retires_at is not null");
    await expect(store.startNode([newSecret])).resolves.toBeDefined();
  });
});
