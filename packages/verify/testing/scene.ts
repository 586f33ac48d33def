import type { VerifierOptions } from "../src/options.ts";
import { createVerifier, type Verifier } from "../src/verifier.ts";
import { createEventLog, type EventLog } from "./event-log.ts";
import { type FakeIssuer, type FeedPeer, startFakeIssuer } from "./fake-issuer.ts";
import { createManualTime, type ManualTime } from "./manual-time.ts";
import { goodClaims, testAudience, testNow } from "./signer.ts";

export const testCredentials = { id: "api", secret: "the secret of the service" };

/** A verifier that follows an issuer, with all that a test needs to lead them. */
export interface Scene {
  readonly server: FakeIssuer;
  readonly time: ManualTime;
  readonly log: EventLog;
  readonly verifier: Verifier;
  readonly peer: FeedPeer;
  /** Signs a token of now. */
  sign(claims?: object): Promise<string>;
  /** `good`, or the code of the refusal. */
  verdict(token: string): Promise<string>;
  /** Cuts the feed, which cannot be had again, and lets time pass. */
  loseFeed(seconds: number): Promise<void>;
  /** Lets the feed be had again, and waits until it is. */
  regainFeed(): Promise<FeedPeer>;
  end(): Promise<void>;
}

/** Starts both and connects them. */
export async function startScene(options: Partial<VerifierOptions> = {}): Promise<Scene> {
  const server = await startFakeIssuer();
  const time = createManualTime(testNow);
  const log = createEventLog();
  const given = { issuer: server.issuer, audience: testAudience, credentials: testCredentials, clock: time };
  const verifier = log.of(createVerifier({ ...given, timers: time, ...options }));

  async function connect(): Promise<FeedPeer> {
    const peer = await server.nextPeer();
    const server_time_ms = time.now();
    peer.send({ event: "hello", data: { server_time_ms, heartbeat_seconds: 300, horizon_seconds: 900 } });
    peer.send({ event: "tick", data: { server_time_ms } });
    await log.next("feed_connected");
    return peer;
  }

  const ready = verifier.ready();
  const peer = await connect();
  await ready;

  return {
    server,
    time,
    log,
    verifier,
    peer,
    sign(claims = {}) {
      const now = Math.floor(time.now() / 1000);
      return server.signer.sign({ ...goodClaims(server.issuer), iat: now, exp: now + 900, ...claims });
    },
    verdict(token) {
      return verifier.verify(Buffer.from(token).toString()).then(
        () => "good",
        (error) => error.code ?? error,
      );
    },
    async loseFeed(seconds) {
      server.refuseFeed(503);
      peer.cut();
      await log.next("feed_lost");
      time.set(time.now() + seconds * 1000);
    },
    async regainFeed() {
      server.refuseFeed(undefined);
      time.advance(1_000);
      return connect();
    },
    async end() {
      await verifier.close();
      await server.close();
    },
  };
}
