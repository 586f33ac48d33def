/** Whatever happens, a verifier with a cache says of each token what one without says. */
import type { FeedMessage } from "@holdfast/protocol";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { createFakeFetch, metadataPath } from "../testing/fake-fetch.ts";
import { digestOf } from "../testing/fake-issuer.ts";
import { createManualTime } from "../testing/manual-time.ts";
import { createSigner, goodClaims, type Signer, testAudience, testNow } from "../testing/signer.ts";
import { createVerifier } from "./verifier.ts";

const issuer = "https://id.example.com";
const seconds = testNow / 1000;

let signers: Record<"former" | "later" | "impostor", Signer>;
let tokens: string[];

beforeAll(async () => {
  const [former, later, impostor] = await Promise.all([
    createSigner("key-1"),
    createSigner("key-2"),
    createSigner("key-1"),
  ]);
  signers = { former, later, impostor };
  const claims = goodClaims(issuer);
  tokens = await Promise.all([
    former.sign(claims),
    former.sign({ ...claims, sid: "session-2", exp: seconds + 100 }),
    later.sign({ ...claims, sid: "session-2", grant_id: "grant-2" }),
    later.sign({ ...claims, sid: "session-3", nbf: seconds + 30 }),
    impostor.sign({ ...claims, sid: "session-4" }),
    former.sign({ ...claims, aud: "https://other.example.com" }),
  ]);
});

type Step =
  | { readonly kind: "verify"; readonly token: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "set back"; readonly ms: number }
  | { readonly kind: "revoke"; readonly subject: "session" | "grant"; readonly id: number }
  | { readonly kind: "keys"; readonly names: readonly (keyof typeof signers)[]; readonly told: boolean }
  | { readonly kind: "feed"; readonly alive: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant("verify" as const), token: fc.constantFrom(0, 0, 1, 1, 2, 2, 3, 4, 5) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 5_000, 5_000, 60_000, 400_000) }),
  },
  fc.record({ kind: fc.constant("set back" as const), ms: fc.constantFrom(1_000, 90_000) }),
  fc.record({
    kind: fc.constant("revoke" as const),
    subject: fc.constantFrom("session" as const, "grant" as const),
    id: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    kind: fc.constant("keys" as const),
    names: fc.subarray(["former", "later"] as const, { minLength: 1 }).chain((names) =>
      fc.constantFrom(
        names,
        names.map((name) => (name === "former" ? "impostor" : name)),
      ),
    ),
    told: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("feed" as const), alive: fc.boolean() }),
);

test("through time, revocations, changes of keys and losses of the feed", async () => {
  const seen = new Map<string, number>();
  let known = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const world = createWorld();
      for (const one of steps) {
        for (const [code, other] of await world.take(one)) {
          expect(code).toBe(other);
          seen.set(code, (seen.get(code) ?? 0) + 1);
        }
      }
      known += world.close();
    }),
    { numRuns: 250 },
  );
  // What never came up was not compared.
  for (const code of [
    "good",
    "token_expired",
    "token_not_yet_valid",
    "token_revoked",
    "token_key_unknown",
    "feed_lost",
  ]) {
    expect([code, seen.get(code) ?? 0]).toEqual([code, expect.toSatisfy((count: number) => count > 5)]);
  }
  expect(known).toBeGreaterThan(250);
});

/** Two verifiers in one world, of which only the first has a cache. */
function createWorld() {
  const time = createManualTime(testNow);
  const followers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const told: FeedMessage[] = [];
  const fake = createFakeFetch({
    [metadataPath]: { issuer, jwks_uri: `${issuer}/jwks`, holdfast_feed_endpoint: `${issuer}/feed` },
    "/jwks": { keys: [signers.former.jwk] },
    "/feed": openFeed,
  });

  function openFeed(signal?: AbortSignal): Response {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        const hello = { server_time_ms: time.now(), heartbeat_seconds: 600, horizon_seconds: 3_600 };
        for (const message of [{ event: "hello", data: hello } as const, ...told]) write(controller, message);
        write(controller, { event: "tick", data: { server_time_ms: time.now() } });
        followers.add(controller);
        signal?.addEventListener("abort", () => followers.delete(controller));
      },
    });
    return new Response(stream, { headers: { "content-type": "text/event-stream" } });
  }

  function tell(message: FeedMessage): void {
    told.push(message);
    for (const controller of followers) write(controller, message);
  }

  const options = {
    issuer,
    audience: testAudience,
    fetch: fake.fetch,
    clock: time,
    timers: time,
    onFeedLost: { refuseAfterSeconds: 30 },
  };
  const verifiers = [
    createVerifier({ ...options, cache: { maxEntries: 4 } }),
    createVerifier({ ...options, cache: false }),
  ];

  async function verdicts(token: string): Promise<[string, string]> {
    const codes = verifiers.map(({ verify }) =>
      verify(token).then(
        () => "good",
        (error) => error.code as string,
      ),
    );
    return (await Promise.all(codes)) as [string, string];
  }

  function change(one: Exclude<Step, { kind: "verify" }>): void {
    if (one.kind === "wait") time.advance(one.ms);
    else if (one.kind === "set back") time.set(time.now() - one.ms);
    else if (one.kind === "revoke") {
      tell({
        event: "revoked",
        data: { subject: one.subject, digest: digestOf(`${one.subject}-${one.id}`), at_ms: time.now() },
      });
    } else if (one.kind === "keys") {
      fake.answer("/jwks", { keys: one.names.map((name) => signers[name].jwk) });
      if (one.told) tell({ event: "keys_changed", data: {} });
    } else {
      fake.answer("/feed", one.alive ? openFeed : () => new Response(null, { status: 503 }));
      if (!one.alive) for (const controller of followers) controller.close();
      if (!one.alive) followers.clear();
    }
  }

  return {
    /** What the two say of the token, when the step is to ask them. */
    async take(one: Step): Promise<[string, string][]> {
      if (one.kind !== "verify") change(one);
      const said = one.kind === "verify" ? [await verdicts(tokens[one.token] as string)] : [];
      // Lets both come to rest: all that happens in the background here happens without a network.
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return said;
    },
    /** @returns how many tokens the first had seen before */
    close(): number {
      const { cached = 0 } = verifiers[0]?.status().tokens ?? {};
      for (const verifier of verifiers) verifier.close();
      return cached;
    },
  };
}

function write(controller: ReadableStreamDefaultController<Uint8Array>, { event, data }: FeedMessage): void {
  controller.enqueue(new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
}
