import { randomUUID } from "node:crypto";
import type { RefreshAnswer, RefreshRefusal } from "@holdfast/protocol";
import { clientId } from "./fault-config.ts";

/**
 * How an attempt ended: with tokens, with a verdict that ends the session, with a request to come back, or without any
 * answer.
 */
export interface Attempt {
  readonly outcome: "refreshed" | "refused" | "later" | "lost";
  /** Null where nothing was answered. */
  readonly status: number | null;
  readonly reason: string | null;
  /** Seconds; null where none were named. */
  readonly retryAfter: number | null;
  /** What the server's clock said. */
  readonly serverTimeMs: number | null;
  readonly tookMs: number;
}

/** Someone's client that behaves: it repeats an attempt that had no answer with the same key, and keeps what it got. */
export interface HonestClient {
  readonly sid: string;
  readonly attempts: readonly Attempt[];
  readonly accessToken: string;
  readonly answer: RefreshAnswer | null;
  /** One request. @param origin of the node, or of what stands before it */
  refresh(origin: string, headers?: Readonly<Record<string, string>>): Promise<Attempt>;
}

export interface HonestClientOptions {
  readonly sid: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

const requestMilliseconds = 20_000;

export function createHonestClient({ sid, ...first }: HonestClientOptions): HonestClient {
  let { accessToken, refreshToken } = first;
  let answer: RefreshAnswer | null = null;
  let key: string | null = null;
  const attempts: Attempt[] = [];

  async function ask(origin: string, headers: Readonly<Record<string, string>>): Promise<Omit<Attempt, "tookMs">> {
    key ??= randomUUID();
    try {
      const response = await fetch(`${origin}/refresh`, {
        method: "POST",
        body: new URLSearchParams({ client_id: clientId, refresh_token: refreshToken }),
        headers: { "Idempotency-Key": key, ...headers },
        signal: AbortSignal.timeout(requestMilliseconds),
      });
      const body = (await response.json()) as RefreshAnswer | RefreshRefusal;
      const after = response.headers.get("retry-after");
      const common = {
        status: response.status,
        retryAfter: after === null ? null : Number(after),
        serverTimeMs: body.server_time_ms ?? null,
      };
      if ("error" in body) {
        return { ...common, outcome: body.retryable ? "later" : "refused", reason: body.reason };
      }
      if (response.status !== 200 || !body.refresh_token) throw new Error(`an answer of status ${response.status}`);
      accessToken = body.access_token;
      refreshToken = body.refresh_token;
      answer = body;
      key = null;
      return { ...common, outcome: "refreshed", reason: null };
    } catch (error) {
      return { outcome: "lost", status: null, retryAfter: null, serverTimeMs: null, reason: causeOf(error) };
    }
  }

  return {
    sid,
    attempts,
    get accessToken() {
      return accessToken;
    },
    get answer() {
      return answer;
    },
    async refresh(origin, headers = {}) {
      const asked = performance.now();
      const attempt = { ...(await ask(origin, headers)), tookMs: performance.now() - asked };
      attempts.push(attempt);
      return attempt;
    },
  };
}

function causeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? String(error);
}
