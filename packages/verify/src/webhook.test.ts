import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { createWebhookKeyPair, createWebhookSecret, signWebhook } from "../testing/webhook-signer.ts";
import { verifyWebhook, type WebhookHeaders } from "./webhook.ts";
import { WebhookError } from "./webhook-error.ts";

const now = Date.UTC(2026, 2, 1, 12, 3, 4);
const clock = { now: () => now };
const seconds = now / 1000;
const id = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";
const secret = createWebhookSecret();
const message = {
  id,
  type: "session.revoked",
  timestamp: "2026-03-01T12:03:03.000Z",
  version: 1,
  data: { session_id: "s1", user: "Ada Läufer 🏃" },
};
const body = JSON.stringify(message);
const signed = signWebhook(secret, { id, seconds, body });

/** `good`, or the code of the error. */
async function verdict(
  change: { body?: string | Uint8Array; headers?: object; secrets?: string | readonly string[]; at?: number } = {},
): Promise<string> {
  const headers = { ...signed, ...change.headers } as WebhookHeaders;
  const options = { clock: { now: () => change.at ?? now } };
  return verifyWebhook(change.body ?? body, headers, change.secrets ?? secret, options).then(
    () => "good",
    (error) => (error instanceof WebhookError ? error.code : Promise.reject(error)),
  );
}

describe("reads a webhook that was signed with the secret", () => {
  test.each<[string, string | Uint8Array, WebhookHeaders]>([
    ["as text, with headers of node:http", body, { ...signed }],
    ["as bytes, with web-standard headers", new TextEncoder().encode(body), new Headers({ ...signed })],
    ["as a Buffer, with names in capitals", Buffer.from(body), upperCase(signed)],
  ])("%s", async (_, payload, headers) => {
    expect(await verifyWebhook(payload, headers, secret, { clock })).toEqual(message);
  });

  test("of the example that the libraries share, whose signature is good and whose body is not Holdfast's", async () => {
    const example = {
      body: '{"test": 2432232314}',
      secrets: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      at: 1_614_265_330_000,
      headers: {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
      },
    };
    expect(await verdict(example)).toBe("webhook_body_invalid");
    expect(await verdict({ ...example, body: '{"test": 2432232315}' })).toBe("webhook_signature_mismatch");
  });

  test("whose signing secret is being replaced, whichever side is ahead", async () => {
    const next = createWebhookSecret(64);
    const both = `${signWebhook(next, { id, seconds, body })["webhook-signature"]} ${signed["webhook-signature"]}`;
    expect(await verdict({ headers: { "webhook-signature": both } })).toBe("good");
    expect(await verdict({ headers: { "webhook-signature": both }, secrets: next })).toBe("good");
    expect(await verdict({ secrets: [next, secret] })).toBe("good");
    expect(await verdict({ secrets: [next] })).toBe("webhook_signature_mismatch");
  });

  test("with a public key, beside a secret's signature or alone", async () => {
    const pair = createWebhookKeyPair();
    const headers = pair.signWebhook({ id, seconds, body });
    expect(await verdict({ headers, secrets: pair.publicKey })).toBe("good");
    expect(await verdict({ headers, secrets: [secret, pair.publicKey] })).toBe("good");
    const both = `${signed["webhook-signature"]} ${headers["webhook-signature"]}`;
    expect(await verdict({ headers: { "webhook-signature": both }, secrets: pair.publicKey })).toBe("good");
    const stranger = createWebhookKeyPair().signWebhook({ id, seconds, body });
    expect(await verdict({ headers: stranger, secrets: pair.publicKey })).toBe("webhook_signature_mismatch");
    expect(await verdict({ headers, secrets: secret })).toBe("webhook_signature_mismatch");
  });

  test("beside schemes of the future", async () => {
    const headers = { "webhook-signature": `v2,AAAA v9 , ${signed["webhook-signature"]}` };
    expect(await verdict({ headers })).toBe("good");
  });
});

describe("the time of signing", () => {
  test.each([
    [0, "good"],
    [300, "good"],
    [301, "webhook_timestamp_too_old"],
    [-300, "good"],
    [-301, "webhook_timestamp_too_new"],
  ])("%i seconds ago: %s", async (age, expected) => {
    const headers = signWebhook(secret, { id, seconds: seconds - age, body });
    expect(await verdict({ headers })).toBe(expected);
  });

  test("may lie as far away as is tolerated", async () => {
    const headers = { ...signWebhook(secret, { id, seconds: seconds - 10, body }) };
    const verify = (toleranceSeconds: number) => verifyWebhook(body, headers, secret, { clock, toleranceSeconds });
    expect(await verify(10)).toEqual(message);
    await expect(verify(9)).rejects.toThrow("signed 10 s ago by this machine's clock; 9 s are allowed");
  });

  test("cannot be changed by whoever replays it", async () => {
    const old = signWebhook(secret, { id, seconds: seconds - 3600, body });
    const headers = { ...old, "webhook-timestamp": String(seconds) };
    expect(await verdict({ headers })).toBe("webhook_signature_mismatch");
  });
});

const signature = signed["webhook-signature"];
const nine = `${"v1,AAAA ".repeat(9)}${signature}`;

describe("refuses", () => {
  test.each<[string, string, object]>([
    ["no id", "webhook_header_missing", { "webhook-id": undefined }],
    ["an empty id", "webhook_header_missing", { "webhook-id": "" }],
    ["two ids", "webhook_header_missing", { "webhook-id": [id, id] }],
    ["another id", "webhook_signature_mismatch", { "webhook-id": `${id}x` }],
    ["no time", "webhook_header_missing", { "webhook-timestamp": undefined }],
    ["a time in words", "webhook_timestamp_invalid", { "webhook-timestamp": "now" }],
    ["a time with words behind it", "webhook_timestamp_invalid", { "webhook-timestamp": `${seconds}abc` }],
    ["a time in fractions", "webhook_timestamp_invalid", { "webhook-timestamp": `${seconds}.5` }],
    ["a time with a sign", "webhook_timestamp_invalid", { "webhook-timestamp": `+${seconds}` }],
    ["a time with a zero in front", "webhook_timestamp_invalid", { "webhook-timestamp": `0${seconds}` }],
    ["a time in milliseconds", "webhook_timestamp_invalid", { "webhook-timestamp": String(now) }],
    ["no signature", "webhook_header_missing", { "webhook-signature": undefined }],
    ["a signature without its scheme", "webhook_signature_mismatch", { "webhook-signature": signature.slice(3) }],
    ["an empty signature", "webhook_signature_mismatch", { "webhook-signature": "v1," }],
    [
      "a signature under another scheme",
      "webhook_signature_mismatch",
      { "webhook-signature": `v1a${signature.slice(2)}` },
    ],
    ["a signature in base64url", "webhook_signature_mismatch", { "webhook-signature": `v1,${"-".repeat(43)}=` }],
    ["a signature cut short", "webhook_signature_mismatch", { "webhook-signature": `v1,${signature.slice(3, 27)}` }],
    ["the signature after more than eight", "webhook_signature_mismatch", { "webhook-signature": nine }],
    ["a foreign one", "webhook_signature_mismatch", signWebhook(createWebhookSecret(), { id, seconds, body })],
  ])("%s with %s", async (_, code, headers) => {
    expect(await verdict({ headers })).toBe(code);
  });

  test("a body that was parsed and written again", async () => {
    expect(await verdict({ body: JSON.stringify(message, null, 2) })).toBe("webhook_signature_mismatch");
  });

  test.each<[string, string | Uint8Array]>([
    ["nothing", ""],
    ["words", "hello"],
    ["a number", "5"],
    ["null", "null"],
    ["a list", "[]"],
    ["no type", '{"data":{}}'],
    ["a type that is none", '{"type":5,"data":{}}'],
    ["no data", '{"type":"session.revoked"}'],
    ["a list for data", '{"type":"session.revoked","data":[]}'],
    ["broken UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
  ])("%s, though well signed", async (_, payload) => {
    const headers = signWebhook(secret, { id, seconds, body: payload });
    expect(await verdict({ headers, body: payload })).toBe("webhook_body_invalid");
  });

  test.each<[string, unknown]>([
    ["none", []],
    ["undefined", undefined],
    ["an empty one", ""],
    ["one without its prefix", secret.slice(6)],
    ["one that is not base64", "whsec_not base64!"],
    ["one without its padding", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
    ["one of 23 bytes", createWebhookSecret(23)],
    ["one of 65 bytes", createWebhookSecret(65)],
    ["a private key", `whsk_${Buffer.alloc(32).toString("base64")}`],
    ["a public key of 31 bytes", `whpk_${Buffer.alloc(31).toString("base64")}`],
    ["a good one beside a bad one", [secret, "whsec_"]],
  ])("a secret that is %s, and does not show it", async (_, secrets) => {
    const error = await verifyWebhook(body, { ...signed }, secrets as string, { clock }).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: "WebhookError", code: "webhook_secret_invalid", status: 500 });
    if (typeof secrets === "string" && secrets.length > 8) expect(String(error)).not.toContain(secrets.slice(6));
  });
});

/** The library reads the machine's clock itself. */
const today = () => Math.floor(Date.now() / 1000);

describe("agrees with the library of Standard Webhooks", () => {
  const data = fc.dictionary(fc.string(), fc.jsonValue());
  const cases = fc.record({
    id: fc.stringMatching(/^[\x21-\x7e]{1,40}$/),
    key: fc.uint8Array({ minLength: 24, maxLength: 64 }),
    payload: data.map((value) => JSON.stringify({ type: "session.revoked", data: value })),
  });
  const secretOf = (key: Uint8Array) => `whsec_${Buffer.from(key).toString("base64")}`;

  test("about what it signs", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ id, key, payload }) => {
        const at = today();
        const headers = {
          "webhook-id": id,
          "webhook-timestamp": String(at),
          "webhook-signature": new Webhook(secretOf(key)).sign(id, new Date(at * 1000), payload),
        };
        expect(await verifyWebhook(payload, headers, secretOf(key))).toEqual(JSON.parse(payload));
        expect(headers).toEqual(signWebhook(secretOf(key), { id, seconds: at, body: payload }));
      }),
    );
  });

  test("about what was signed by another hand, and about what was changed on the way", async () => {
    const mishap = fc.constantFrom("none", "body", "id", "timestamp", "signature", "secret");
    await fc.assert(
      fc.asyncProperty(cases, mishap, fc.nat(), async ({ id, key, payload }, wrong, where) => {
        const at = today();
        const headers = { ...signWebhook(secretOf(key), { id, seconds: at, body: payload }) };
        if (wrong === "id") headers["webhook-id"] += "x";
        if (wrong === "timestamp") headers["webhook-timestamp"] = String(at + 1);
        if (wrong === "signature") headers["webhook-signature"] = changeCharacter(headers["webhook-signature"], where);
        const received = wrong === "body" ? payload.replace("session", "sessiom") : payload;
        const used = wrong === "secret" ? createWebhookSecret() : secretOf(key);
        const ours = await verifyWebhook(received, headers, used).then(
          () => true,
          () => false,
        );
        expect(ours).toBe(accepts(() => new Webhook(used).verify(received, headers)));
        expect(ours).toBe(wrong === "none");
      }),
    );
  });
});

test("no byte of a body can be changed", async () => {
  const bytes = Buffer.from(body);
  const change = fc.record({ at: fc.nat({ max: bytes.length - 1 }), bit: fc.nat({ max: 7 }) });
  await fc.assert(
    fc.asyncProperty(change, async ({ at, bit }) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      expect(await verdict({ body: changed })).toBe("webhook_signature_mismatch");
    }),
  );
});

/** One of the signature's digits becomes another; the last one before the padding is left alone, whose end is unused. */
function changeCharacter(signature: string, where: number): string {
  const at = 3 + (where % 42);
  return `${signature.slice(0, at)}${signature[at] === "A" ? "B" : "A"}${signature.slice(at + 1)}`;
}

function accepts(verify: () => unknown): boolean {
  try {
    verify();
    return true;
  } catch {
    return false;
  }
}

function upperCase(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
}
