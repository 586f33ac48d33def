import type { SessionTimeline } from "@holdfast/protocol";
import type { ConfigInput } from "../config/index.ts";
import { createRefreshInstance, postRefresh, type RefreshReply } from "../grants/refresh.testing.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { chromeOnLinux } from "./timeline.testing.ts";

export const atHome = "192.0.2.1";
export const elsewhere = "198.51.100.7";

interface RefreshOptions {
  readonly from?: string;
  readonly agent?: string;
  readonly key?: string;
  readonly headers?: Record<string, string>;
}

/** Ada at home, in her browser: a session, its refresh tokens, and what is told of it. */
export interface Ada extends Awaited<ReturnType<typeof startSession>> {
  /** Presents a refresh token, unless told otherwise from home. */
  refresh(refreshToken: string, options?: RefreshOptions): Promise<RefreshReply>;
  timeline(): Promise<SessionTimeline>;
  /** The sentences, without the first two: the sign-in and the first tokens. */
  told(): Promise<string[]>;
}

/** An instance behind one proxy, so that requests come from wherever a test wants. */
export function createTimelineInstance(config: ConfigInput = {}): Promise<TestInstance> {
  return createRefreshInstance({ trustedProxies: 1, ...config });
}

let people = 0;

/** Starts a session of a new person called Ada. */
export async function startAda(instance: TestInstance, { clientId = "device" } = {}): Promise<Ada> {
  const started = await startSession(instance, { clientId, email: `ada-${people++}@example.com` });

  async function timeline(): Promise<SessionTimeline> {
    const told = await instance.holdfast.timeline.explain(started.session.id);
    if (!told) throw new Error("there is no such session");
    return told;
  }

  return {
    ...started,
    timeline,
    refresh(refreshToken, { from = atHome, agent = chromeOnLinux, key, headers } = {}) {
      const body = { client_id: clientId, refresh_token: refreshToken };
      const attempt: Record<string, string> = key === undefined ? {} : { "Idempotency-Key": key };
      return postRefresh(instance, body, { "X-Forwarded-For": from, "User-Agent": agent, ...attempt, ...headers });
    },
    told: async () => (await timeline()).entries.slice(2).map(({ title }) => title),
  };
}
