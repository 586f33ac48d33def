import type { Milliseconds } from "../../env.ts";
import { readAccessToken } from "./access-token.ts";

/** An API that takes the access tokens, with a clock and moods of its own. */
export interface ReferenceApi {
  handle(request: Request, now: Milliseconds): Promise<Response>;
  /** How far its clock is ahead of the server's. */
  skew(by: Milliseconds): void;
  /** Refuses this token, or every one (`all`), with a 401, though it may be good. */
  refuse(what: string | "all" | "none"): void;
  /** Its keys cannot be had: 503, and nothing about the token. */
  loseKeys(areLost: boolean): void;
  /** How often it was asked, and how often it refused. */
  readonly counts: () => { readonly asked: number; readonly refused: number };
}

export interface ReferenceApiDeps {
  /** Whether the session is known to be over: an API that follows the feed. */
  readonly isOver: (sid: string) => boolean;
  /** Whether the token is good by the API's clock. Default: whether it has not expired. */
  readonly verify?: (token: string, now: Milliseconds) => Promise<boolean>;
}

/** Seconds. */
const leeway = 10;

async function hasNotExpired(token: string, now: Milliseconds): Promise<boolean> {
  // What is not valid before some later moment is not asked: such tokens come from clocks that differ.
  return (readAccessToken(token)?.exp ?? 0) + leeway > now / 1000;
}

export function createReferenceApi({ isOver, verify = hasNotExpired }: ReferenceApiDeps): ReferenceApi {
  let ahead = 0;
  let refused: string = "none";
  let hasKeys = true;
  const counts = { asked: 0, refused: 0 };

  async function isGood(token: string, now: Milliseconds): Promise<boolean> {
    const body = readAccessToken(token);
    if (!body || refused === "all" || refused === token || isOver(body.sid)) return false;
    return verify(token, now + ahead);
  }

  return {
    async handle(request, now) {
      counts.asked++;
      if (!hasKeys)
        return Response.json({ code: "keys_unavailable" }, { status: 503, headers: { "retry-after": "5" } });
      const [scheme, token = ""] = (request.headers.get("authorization") ?? "").split(" ");
      if (/^(Bearer|DPoP)$/i.test(scheme ?? "") && (await isGood(token, now))) {
        return Response.json({ you: readAccessToken(token)?.sub, said: await request.text() });
      }
      counts.refused++;
      const headers = { "www-authenticate": 'Bearer error="invalid_token"' };
      return Response.json({ code: "token_expired" }, { status: 401, headers });
    },
    skew(by) {
      ahead = by;
    },
    refuse(what) {
      refused = what;
    },
    loseKeys(areLost) {
      hasKeys = !areLost;
    },
    counts: () => ({ ...counts }),
  };
}
