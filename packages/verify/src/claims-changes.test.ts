import type { FeedClaimsChanged } from "@holdfast/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { type Scene, startScene } from "../testing/scene.ts";
import { testNow } from "../testing/signer.ts";
import { digestOf } from "./subject-digest.ts";

const seconds = testNow / 1000;

let scene: Scene;
afterEach(() => scene.end());

async function change(subject: FeedClaimsChanged["subject"], id: string, at_ms = testNow): Promise<void> {
  scene.peer.send({ event: "claims_changed", data: { subject, digest: digestOf(id), at_ms } });
  await scene.log.next("claims_changed");
}

test("a change is told", async () => {
  scene = await startScene();
  const heard: unknown[] = [];
  scene.verifier.on("claims_changed", (event) => heard.push(event));
  await change("account", "account-1", testNow - 5);
  const digest = digestOf("account-1");
  expect(heard).toEqual([{ type: "claims_changed", subject: "account", digest, at: testNow - 5 }]);
});

test("a token from before it is good by default", async () => {
  scene = await startScene();
  await change("user", "user_ada");
  expect(await scene.verdict(await scene.sign({ iat: seconds - 60 }))).toBe("good");
});

describe("where that is to be refused", () => {
  test.each([
    ["session", "session-1"],
    ["user", "user_ada"],
    ["account", "account-1"],
  ] as const)("a token from before the change of its %s is, and no other's", async (subject, id) => {
    scene = await startScene({ onClaimsChanged: "refuse" });
    const before = await scene.sign({ iat: seconds - 60 });
    expect(await scene.verdict(before)).toBe("good");
    await change(subject, `${id}-other`);
    expect(await scene.verdict(before)).toBe("good");
    await change(subject, id);
    expect(await scene.verdict(before)).toBe("token_outdated");
    expect(await scene.verdict(await scene.sign({ iat: seconds - 1, jti: "unseen" }))).toBe("token_outdated");
  });

  test("a subject of the same id but another kind does not matter", async () => {
    scene = await startScene({ onClaimsChanged: "refuse" });
    await change("account", "session-1");
    await change("session", "account-1");
    expect(await scene.verdict(await scene.sign({ iat: seconds - 60 }))).toBe("good");
  });

  test("a fresh token passes, also one of the very second of the change", async () => {
    scene = await startScene({ onClaimsChanged: "refuse" });
    await change("user", "user_ada", testNow + 999);
    expect(await scene.verdict(await scene.sign({ iat: seconds }))).toBe("good");
    expect(await scene.verdict(await scene.sign({ iat: seconds - 1 }))).toBe("token_outdated");
  });

  test("the latest change counts, in whatever order they come", async () => {
    scene = await startScene({ onClaimsChanged: "refuse" });
    const token = await scene.sign({ iat: seconds - 10 });
    await change("user", "user_ada", testNow - 60_000);
    expect(await scene.verdict(token)).toBe("good");
    await change("user", "user_ada", testNow - 5_000);
    await change("user", "user_ada", testNow - 30_000);
    expect(await scene.verdict(token)).toBe("token_outdated");
  });

  test("a change is forgotten when no token of before can be alive", async () => {
    scene = await startScene({ onClaimsChanged: "refuse" });
    const token = await scene.sign({ iat: seconds - 60, exp: seconds + 90_000 });
    await change("user", "user_ada");
    scene.time.set(testNow + 905_000);
    scene.peer.send({ event: "tick", data: { server_time_ms: testNow } });
    await change("user", "somebody else");
    expect(await scene.verdict(token)).toBe("token_outdated");
    scene.time.set(testNow + 905_001);
    scene.peer.send({ event: "tick", data: { server_time_ms: testNow } });
    await change("user", "somebody else again");
    expect(await scene.verdict(token)).toBe("good");
  });

  test("the answer tells the client to refresh: 401, invalid_token", async () => {
    scene = await startScene({ onClaimsChanged: "refuse" });
    await change("user", "user_ada");
    const token = await scene.sign({ iat: seconds - 60 });
    const request = new Request(scene.server.issuer, { headers: { authorization: `Bearer ${token}` } });
    const response = await scene.verifier.protect(() => new Response("never"))(request);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(
      /^Bearer error="invalid_token", error_description="What the/,
    );
  });
});
