/** Verifiers in a process of their own: each has its own connection to the feed, and refuses by what it hears there. */
import { createVerifier, digestOf, type Verifier } from "@holdfast/verify";
import { serveParent } from "../support/worker.ts";
import { openFeed } from "./feed-connection.ts";
import { monotonicMs } from "./sessions.ts";

export type FollowersRequest =
  /** Verifiers that follow the node at an address. Answers when all of them do. */
  | { readonly kind: "follow"; readonly issuer: string; readonly origin: string; readonly count: number }
  /** Every one finds the token good. */
  | { readonly kind: "accept"; readonly sid: string; readonly token: string }
  /** Answers when every one has refused the token, with the times at which they did. */
  | { readonly kind: "refusals" };

const audience = "https://api.example.com";
// So many connect at once: the listener's backlog is finite.
const atOnce = 100;
const givenUpAfterMs = 10_000;

const verifiers: Verifier[] = [];
let digest = "";
let token = "";
let refusedAt: number[] = [];
let onAllRefused: () => void = () => undefined;

async function follow({ issuer, origin, count }: FollowersRequest & { kind: "follow" }): Promise<void> {
  for (let first = 0; first < count; first += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - first) }, () => createFollower(issuer, origin));
    verifiers.push(...some);
    await Promise.all(some.map((verifier) => verifier.ready()));
  }
  const lost = verifiers.filter((verifier) => verifier.status().feed.state !== "following").length;
  if (lost > 0) throw new Error(`${lost} of ${count} verifiers do not follow`);
}

function createFollower(issuer: string, origin: string): Verifier {
  const ask = (url: string, init?: RequestInit) => {
    const address = url.replace(issuer, origin);
    return new URL(url).pathname === "/feed" ? openFeed(address, init) : fetch(address, init);
  };
  const verifier = createVerifier({ issuer, audience, fetch: ask as typeof fetch });
  verifier.on("revoked", async (event) => {
    if (event.digest !== digest) return;
    const isAccepted = await verifier.verify(token).then(
      () => true,
      () => false,
    );
    if (isAccepted) throw new Error("a verifier that heard of the revocation accepts the token");
    refusedAt.push(monotonicMs());
    if (refusedAt.length === verifiers.length) onAllRefused();
  });
  return verifier;
}

async function accept(request: FollowersRequest & { kind: "accept" }): Promise<void> {
  digest = digestOf(request.sid);
  token = request.token;
  refusedAt = [];
  await Promise.all(verifiers.map((verifier) => verifier.verify(token)));
}

async function refusals(): Promise<number[]> {
  const missing = () => new Error(`${verifiers.length - refusedAt.length} verifiers have not refused`);
  await new Promise<void>((resolve, reject) => {
    onAllRefused = resolve;
    if (refusedAt.length === verifiers.length) resolve();
    setTimeout(() => reject(missing()), givenUpAfterMs).unref();
  });
  return refusedAt;
}

serveParent<FollowersRequest, number[]>(
  async (request) => {
    if (request.kind === "refusals") return refusals();
    await (request.kind === "follow" ? follow(request) : accept(request));
    return [];
  },
  async () => {
    await Promise.all(verifiers.map((verifier) => verifier.close()));
  },
);
