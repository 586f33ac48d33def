import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createClients } from "../clients/index.ts";
import { createManualClock } from "../clock/clock.ts";
import { parseConfig } from "../config/index.ts";
import { createKeyRing } from "../crypto/key-ring.ts";
import { formatUuid, uuidv7 } from "../crypto/uuid.ts";
import type { Database } from "../storage/database.ts";
import { clientNamed } from "./refresh.testing.ts";
import { createRefresh } from "./refresh.ts";
import { createHandle, formatRefreshToken, hashHandle, parseRefreshToken } from "./refresh-token.ts";

const secret = randomBytes(32);
const keyRing = createKeyRing([secret]);

const anyToken = fc.record({
  grantId: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatUuid),
  handle: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
  generation: fc.integer({ min: 1, max: 2_147_483_647 }),
});

const someToken = () => ({ grantId: uuidv7(Date.now()), handle: createHandle(), generation: 7 });

describe("a refresh token", () => {
  it("says the same when read as when written, for any grant, handle and generation", () => {
    fc.assert(
      fc.property(anyToken, (token) => {
        const text = formatRefreshToken(keyRing, token);
        expect(text).toMatch(/^hf_rt_[A-Za-z0-9_-]{71}$/);
        expect(parseRefreshToken(keyRing, text)).toEqual(token);
      }),
    );
  });

  it("is written the same every time: a retry can be answered without anything stored", () => {
    const token = someToken();
    expect(formatRefreshToken(keyRing, token)).toBe(formatRefreshToken(keyRing, token));
  });

  it("has one spelling: the spare bits of its last character must be zero", () => {
    const text = formatRefreshToken(keyRing, someToken());
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const accepted = [...alphabet].filter((last) => parseRefreshToken(keyRing, text.slice(0, -1) + last) !== null);
    expect(accepted).toEqual([text.at(-1)]);
  });

  it("is read in no other alphabet, with no padding, white space or anything behind it", () => {
    fc.assert(
      fc.property(anyToken, fc.constantFrom("=", "==", " ", "\n", "A", "\0", "."), (token, extra) => {
        const text = formatRefreshToken(keyRing, token);
        expect(parseRefreshToken(keyRing, text + extra)).toBeNull();
        expect(parseRefreshToken(keyRing, extra + text)).toBeNull();
        const ordinary = text.slice(6).replaceAll("-", "+").replaceAll("_", "/");
        if (ordinary !== text.slice(6)) expect(parseRefreshToken(keyRing, `hf_rt_${ordinary}`)).toBeNull();
      }),
    );
  });

  it("is nothing that somebody made up", () => {
    fc.assert(fc.property(fc.string(), (text) => parseRefreshToken(keyRing, text) === null));
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 53, maxLength: 53 }), (bytes) => {
        const madeUp = Buffer.from(bytes);
        madeUp.writeUInt8(keyRing.keyId, 0);
        expect(parseRefreshToken(keyRing, `hf_rt_${madeUp.toString("base64url")}`)).toBeNull();
      }),
    );
  });

  it("cannot be carried on without the secret: not to the next generation, grant or handle", () => {
    const bytes = Buffer.from(formatRefreshToken(keyRing, someToken()).slice(6), "base64url");
    for (let index = 1; index < 37; index++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed.readUInt8(index) + 1) % 256, index);
      expect(parseRefreshToken(keyRing, `hf_rt_${changed.toString("base64url")}`)).toBeNull();
    }
  });

  it("does not carry the handle's hash, which is all that the database has", () => {
    const token = someToken();
    const bytes = Buffer.from(formatRefreshToken(keyRing, token).slice(6), "base64url");
    expect(bytes.includes(hashHandle(token.handle).subarray(0, 8))).toBe(false);
    expect(hashHandle(token.handle)).toHaveLength(32);
  });

  it("is told apart from others by 128 random bits of handle", () => {
    const handles = new Set(Array.from({ length: 1_000 }, () => createHandle().toString("hex")));
    expect(handles.size).toBe(1_000);
    expect(createHandle()).toHaveLength(16);
  });
});

describe("when the secret is replaced", () => {
  const newSecret = randomBytes(32);
  const rotated = createKeyRing([newSecret, secret]);

  it("tokens of the previous secret still verify, and their successors are made with the new one", () => {
    const token = someToken();
    const read = parseRefreshToken(rotated, formatRefreshToken(keyRing, token));
    expect(read).toEqual(token);
    const successor = formatRefreshToken(rotated, { ...token, generation: 8 });
    expect(parseRefreshToken(createKeyRing([newSecret]), successor)).toMatchObject({ generation: 8 });
    expect(parseRefreshToken(keyRing, successor)).toBeNull();
  });

  it("tokens of a secret that is gone are refused", () => {
    expect(parseRefreshToken(createKeyRing([newSecret]), formatRefreshToken(keyRing, someToken()))).toBeNull();
  });
});

describe("garbage is refused without a query", () => {
  const { clients, tokens } = parseConfig(
    { clients: [clientNamed("device")] },
    { mode: "development", developmentSecret: () => randomBytes(32).toString("base64") },
  );
  const client = createClients(clients, tokens).choose("device");
  const noDatabase = new Proxy({} as Database, {
    get() {
      throw new Error("the database was asked");
    },
  });
  const refresh = createRefresh({
    database: noDatabase,
    clock: createManualClock(),
    failover: { epoch: { timeline: "00000001", promotedAt: null }, enter: async () => {}, note: () => {} },
    keyRing,
    accessTokens: { issue: () => Promise.reject(new Error("a token was minted")) },
    idleOf: () => 60,
  });
  const present = (refreshToken: string) =>
    refresh.present({
      ...{ refreshToken, client, isProved: true, idempotencyKey: null },
      source: { requestId: "test", address: null, userAgent: null },
    });

  it.each([
    ["words", () => "nonsense"],
    ["nothing", () => ""],
    ["another installation's token", () => formatRefreshToken(createKeyRing([randomBytes(32)]), someToken())],
    ["a token cut by a character", () => formatRefreshToken(keyRing, someToken()).slice(0, -1)],
  ])("%s", async (_case, make) => {
    expect(await present(make())).toEqual({
      ...{ kind: "refused", verdict: "malformed", reason: "refresh_token_malformed", sessionId: null },
    });
    await expect(refresh.clientOf(make())).rejects.toMatchObject({ code: "refresh_token_malformed" });
  });

  it("and only garbage: a right tag is worth a query", async () => {
    await expect(present(formatRefreshToken(keyRing, someToken()))).rejects.toThrow("the database was asked");
  });
});
