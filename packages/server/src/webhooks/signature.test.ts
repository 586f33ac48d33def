import { createPublicKey, verify } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { createSecret, formatForReceiver, parseSecret } from "./secrets.ts";
import { signMessage } from "./signature.ts";

const now = Math.floor(Date.now() / 1000);
const messages = [
  { id: "evt_1", timestamp: now, body: "{}" },
  { id: "evt_2", timestamp: now - 100, body: '{"name":"Zoë ☃ 𝄞","text":"a\\nb.c"}' },
  { id: "evt_3", timestamp: now, body: "" },
];

describe("a v1 signature", () => {
  it("is the one of the specification's example", () => {
    const body = '{"test": 2432232314}';
    const secret = parseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const message = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body };
    expect(signMessage(message, [secret])).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it.each(messages)("is accepted by the library of Standard Webhooks, and is what it makes itself: %j", (message) => {
    const secret = createSecret("v1");
    const library = new Webhook(formatForReceiver(secret));
    const signature = signMessage(message, [secret]);
    expect(signature).toBe(library.sign(message.id, new Date(message.timestamp * 1000), message.body));
    const headers = {
      "webhook-id": message.id,
      "webhook-timestamp": String(message.timestamp),
      "webhook-signature": signature,
    };
    expect(() => library.verify(message.body, headers)).not.toThrow();
    expect(() => library.verify(`${message.body} `, headers)).toThrow();
  });

  it("stands beside that of the former secret, and both are accepted", () => {
    const secrets = [createSecret("v1"), createSecret("v1")];
    const [message] = messages;
    if (!message) throw new Error("no message");
    const headers = {
      "webhook-id": message.id,
      "webhook-timestamp": String(message.timestamp),
      "webhook-signature": signMessage(message, secrets),
    };
    for (const secret of secrets) {
      expect(() => new Webhook(formatForReceiver(secret)).verify(message.body, headers)).not.toThrow();
    }
  });
});

describe("a v1a signature", () => {
  it.each(messages)("is one of Ed25519 that the published key verifies: %j", (message) => {
    const secret = createSecret("v1a");
    const [scheme, signature = ""] = signMessage(message, [secret]).split(",");
    expect(scheme).toBe("v1a");
    const shown = formatForReceiver(secret);
    expect(shown).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
    const x = Buffer.from(shown.slice("whpk_".length), "base64").toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    const signed = (body: string) => Buffer.from(`${message.id}.${message.timestamp}.${body}`);
    expect(verify(null, signed(message.body), key, Buffer.from(signature, "base64"))).toBe(true);
    expect(verify(null, signed(`${message.body} `), key, Buffer.from(signature, "base64"))).toBe(false);
  });
});

describe("a secret that somebody brings along", () => {
  const ofBytes = (count: number) => `whsec_${Buffer.alloc(count, 7).toString("base64")}`;

  it.each([24, 32, 64])("may have %i bytes", (count) => {
    expect(formatForReceiver(parseSecret(ofBytes(count)))).toBe(ofBytes(count));
  });

  it.each([
    ["too short", ofBytes(23)],
    ["too long", ofBytes(65)],
    ["without a prefix", Buffer.alloc(32, 7).toString("base64")],
    ["with another prefix", ofBytes(32).replace("whsec_", "whsk_")],
    ["in base64url", `whsec_${Buffer.alloc(33, 255).toString("base64url")}`],
    ["not whole", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwA"],
    ["empty", "whsec_"],
    ["with a blank", `${ofBytes(32)} `],
  ])("is refused %s", (_, text) => {
    expect(() => parseSecret(text)).toThrow(/24 to 64 random bytes/);
  });
});
