/** While the feed is lost: tokens that the issuer is asked about. */
import { afterEach, describe, expect, test } from "vitest";
import type { FakePost } from "../testing/fake-issuer.ts";
import { type Scene, startScene } from "../testing/scene.ts";
import { digestOf } from "./subject-digest.ts";

const onFeedLost = { introspectAfterSeconds: 30 } as const;
const strict = { ...onFeedLost, ifUnreachable: "refuse" } as const;

let scene: Scene;
afterEach(() => scene.end());

/** Says of each token what its `jti` says. */
function honest({ body }: FakePost): object {
  const [, payload = ""] = (new URLSearchParams(body).get("token") ?? "").split(".");
  return { active: JSON.parse(Buffer.from(payload, "base64url").toString()).jti === "active" };
}

/** A verifier that follows nothing any more, and an issuer that can be asked. */
async function startLost(option: typeof onFeedLost | typeof strict = onFeedLost): Promise<void> {
  scene = await startScene({ onFeedLost: option });
  scene.server.answerPosts("/introspect", honest);
  await scene.loseFeed(30);
}

describe("a good token", () => {
  test("is not asked about before its time", async () => {
    scene = await startScene({ onFeedLost });
    const token = await scene.sign({ jti: "inactive" });
    expect(await scene.verdict(token)).toBe("good");
    await scene.loseFeed(29.999);
    expect(await scene.verdict(token)).toBe("good");
    expect(scene.server.posts).toEqual([]);
  });

  test("is asked about as RFC 7662 says, with the credentials of the service", async () => {
    await startLost();
    const token = await scene.sign({ jti: "active" });
    expect(await scene.verdict(token)).toBe("good");
    expect(scene.server.posts).toEqual([
      {
        path: "/introspect",
        authorization: `Basic ${btoa("api:the+secret+of+the+service")}`,
        contentType: "application/x-www-form-urlencoded;charset=UTF-8",
        body: `token=${token}&token_type_hint=access_token`,
      },
    ]);
  });

  test("is refused when the issuer says that it is not active", async () => {
    await startLost();
    expect(await scene.verdict(await scene.sign({ jti: "inactive" }))).toBe("token_revoked");
    expect(await scene.verdict(await scene.sign({ jti: "active" }))).toBe("good");
    expect(scene.verifier.status().introspections).toEqual({ active: 1, inactive: 1, failed: 0 });
  });

  test("that was seen before is asked about as well", async () => {
    scene = await startScene({ onFeedLost });
    scene.server.answerPosts("/introspect", honest);
    const token = await scene.sign({ jti: "inactive" });
    expect(await scene.verdict(token)).toBe("good");
    await scene.loseFeed(30);
    expect(await scene.verdict(token)).toBe("token_revoked");
  });

  test("is asked about once in five seconds", async () => {
    await startLost();
    const token = await scene.sign({ jti: "active" });
    await scene.verdict(token);
    scene.time.set(scene.time.now() + 4_999);
    await scene.verdict(token);
    expect(scene.server.posts).toHaveLength(1);
    scene.time.set(scene.time.now() + 1);
    expect(await scene.verdict(token)).toBe("good");
    expect(scene.server.posts).toHaveLength(2);
  });

  test("is asked about once for all who bring it at the same time", async () => {
    await startLost();
    const token = await scene.sign({ jti: "inactive" });
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => scene.verdict(token)));
    expect(new Set(verdicts)).toEqual(new Set(["token_revoked"]));
    expect(scene.server.posts).toHaveLength(1);
  });

  test("is not asked about once the feed is back", async () => {
    await startLost();
    await scene.regainFeed();
    expect(await scene.verdict(await scene.sign({ jti: "inactive" }))).toBe("good");
    expect(scene.server.posts).toEqual([]);
  });

  test("is judged by what has changed while the issuer took its time", async () => {
    await startLost();
    const { promise, resolve } = Promise.withResolvers<object>();
    scene.server.answerPosts("/introspect", () => promise);
    const pending = scene.verdict(await scene.sign({ jti: "active" }));
    await expect.poll(() => scene.server.posts.length).toBe(1);
    const peer = await scene.regainFeed();
    const data = { subject: "session", digest: digestOf("session-1"), at_ms: scene.time.now() } as const;
    peer.send({ event: "revoked", data });
    await scene.log.next("revoked");
    resolve({ active: true });
    expect(await pending).toBe("token_revoked");
  });
});

test("a token that is refused anyway is not asked about", async () => {
  await startLost();
  const now = Math.floor(scene.time.now() / 1000);
  const tokens = [
    await scene.sign({ exp: now - 60 }),
    await scene.sign({ aud: "https://other.example.com" }),
    `${(await scene.sign()).slice(0, -4)}AAAA`,
  ];
  for (const token of tokens) expect(await scene.verdict(token)).not.toBe("good");
  expect(scene.server.posts).toEqual([]);
});

test("what was not active once stays refused, though the issuer cannot be asked any more", async () => {
  await startLost();
  const token = await scene.sign({ jti: "inactive" });
  await scene.verdict(token);
  scene.server.answerPosts("/introspect", () => 503);
  scene.time.set(scene.time.now() + 60_000);
  expect(await scene.verdict(token)).toBe("token_revoked");
});

describe("an issuer that does not answer", () => {
  const answers: [string, () => number | object][] = [
    ["503", () => 503],
    ["401, to wrong credentials", () => 401],
    ["a redirect", () => 302],
    ["nothing", () => 204],
    ["no JSON object", () => []],
    ["no verdict", () => ({ sub: "user_ada" })],
    ["a verdict in words", () => ({ active: "true" })],
  ];

  test.each(answers)("but %s refuses nobody by default", async (_, answer) => {
    await startLost();
    scene.server.answerPosts("/introspect", answer);
    expect(await scene.verdict(await scene.sign())).toBe("good");
    await scene.log.next("introspection_failed");
    expect(scene.verifier.status().introspections).toEqual({ active: 0, inactive: 0, failed: 1 });
  });

  test.each(answers)("but %s refuses everyone where that was chosen", async (_, answer) => {
    await startLost(strict);
    scene.server.answerPosts("/introspect", answer);
    expect(await scene.verdict(await scene.sign())).toBe("feed_lost");
  });

  test("makes a request wait two seconds, and the next ones not at all", async () => {
    await startLost();
    scene.server.answerPosts("/introspect", () => new Promise<number>(() => {}));
    const first = scene.verdict(await scene.sign());
    await expect.poll(() => scene.server.posts.length).toBe(1);
    scene.time.advance(2_000);
    expect(await first).toBe("good");
    expect(await scene.verdict(await scene.sign({ jti: "other" }))).toBe("good");
    expect(scene.server.posts).toHaveLength(1);
  });

  test("is asked again after one second, then after two, and believed at once", async () => {
    await startLost(strict);
    scene.server.answerPosts("/introspect", () => 500);
    const token = await scene.sign({ jti: "active" });
    for (const pause of [1_000, 2_000]) {
      expect(await scene.verdict(token)).toBe("feed_lost");
      const asked = scene.server.posts.length;
      scene.time.set(scene.time.now() + pause - 1);
      expect(await scene.verdict(token)).toBe("feed_lost");
      expect(scene.server.posts).toHaveLength(asked);
      scene.time.set(scene.time.now() + 1);
    }
    scene.server.answerPosts("/introspect", honest);
    expect(await scene.verdict(token)).toBe("good");
  });
});

test("all tokens in use fall due together, and the issuer is asked fifty at a time", async () => {
  await startLost();
  const held: (() => void)[] = [];
  scene.server.answerPosts("/introspect", () => new Promise((resolve) => held.push(() => resolve({ active: true }))));
  const tokens = await Promise.all(Array.from({ length: 60 }, (_, index) => scene.sign({ jti: `token-${index}` })));
  const verdicts = Promise.all(tokens.map(scene.verdict));
  await expect.poll(() => scene.server.posts.length).toBe(50);
  for (const release of held.splice(0)) release();
  await expect.poll(() => held.length).toBe(10);
  for (const release of held) release();
  expect(new Set(await verdicts)).toEqual(new Set(["good"]));
});
