/** A service that proves who it is: it follows, asks and reports. Our verifier against our server, over real HTTP. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createVerifier, type Fetch, type Verifier, type VerifierOptions } from "@holdfast/verify";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type HoldfastProcess, startHoldfast } from "./support/holdfast-process.ts";

const config = fileURLToPath(new URL("support/services.config.ts", import.meta.url));
const credentials = { id: "api", secret: "the secret of the api: 100% + ü" };

let data: string;
let holdfast: HoldfastProcess;
let verifier: Verifier | undefined;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "holdfast-services-"));
  holdfast = await startHoldfast({ data, config });
});
afterEach(() => verifier?.close());
afterAll(async () => {
  await holdfast?.stop();
  await rm(data, { recursive: true, force: true });
});

function start(options: Partial<VerifierOptions> = {}): Verifier {
  const given = { issuer: holdfast.ready.issuer, audience: "https://api.example.com", credentials };
  verifier = createVerifier({ ...given, ...options });
  return verifier;
}

async function createSession(): Promise<{ readonly sid: string; readonly access_token: string }> {
  const made = await holdfast.command("session", "create", "--user", "ada@example.com", "--client", "honest");
  return made as { sid: string; access_token: string };
}

async function untilRefused(by: Verifier, token: string): Promise<void> {
  const verdict = () => by.verify(token).then(() => "good", codeOf);
  await expect.poll(verdict, { timeout: 8_000, interval: 50 }).toBe("token_revoked");
}

const codeOf = (error: { readonly code?: string }) => error.code;
const isFeed = (url: string) => new URL(url).pathname === "/feed";

describe("a service", () => {
  it("follows the feed with its credentials", async () => {
    const { access_token, sid } = await createSession();
    const following = start();
    expect((await following.ready()).feed).toMatchObject({ state: "following", reason: null });
    await following.verify(access_token);
    await holdfast.command("session", "revoke", sid);
    await untilRefused(following, access_token);
  });

  it.each([
    ["no credentials", undefined],
    ["a wrong secret", { id: "api", secret: "another secret altogether" }],
    ["no right to follow", { id: "silent", secret: "the secret of one that may not follow" }],
  ])("is told why it may not follow: %s", async (_, wrong) => {
    const { issuer } = holdfast.ready;
    const given = { issuer, audience: "https://api.example.com" };
    verifier = createVerifier(wrong ? { ...given, credentials: wrong } : given);
    expect((await verifier.ready()).feed).toMatchObject({ state: "lost", reason: "unauthorized" });
  });

  it("asks about each token while the feed is lost", async () => {
    const [kept, ended] = [await createSession(), await createSession()];
    const lost: Fetch = (url, init) => (isFeed(url) ? Promise.reject(new Error("no way")) : fetch(url, init));
    const asking = start({ fetch: lost, onFeedLost: { introspectAfterSeconds: 0, ifUnreachable: "refuse" } });
    await asking.verify(ended.access_token);
    await holdfast.command("session", "revoke", ended.sid);
    await untilRefused(asking, ended.access_token);
    await asking.verify(kept.access_token);
    expect(asking.status()).toMatchObject({ feed: { state: "lost" }, introspections: { failed: 0 } });
  });

  it("follows by polls where streams are held back", async () => {
    const { access_token, sid } = await createSession();
    const holdingBack: Fetch = async (url, init) => {
      if (!isFeed(url) || new URL(url).searchParams.has("wait")) return fetch(url, init);
      const body = new ReadableStream({
        start: (controller) => init.signal?.addEventListener("abort", () => controller.error(init.signal?.reason)),
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    };
    const polling = start({ fetch: holdingBack });
    await polling.ready();
    await expect.poll(() => polling.status().feed.state, { timeout: 5_000 }).toBe("following");
    await polling.verify(access_token);
    await holdfast.command("session", "revoke", sid);
    await untilRefused(polling, access_token);
  }, 30_000);

  it("reports what it said of tokens, at the latest when it ends", async () => {
    const reporting = start({ reportUsage: true });
    await reporting.verify((await createSession()).access_token);
    await reporting.verify("words").catch(() => {});
    await reporting.close();
    expect(reporting.status().usage).toEqual({ reportedAt: expect.any(Number), lastError: null });
  });
});
