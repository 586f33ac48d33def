import { setTimeout as sleep } from "node:timers/promises";
import type { Middleware } from "./interactions.ts";
import type { Misbehaviour } from "./options.ts";

const otherIssuer = "https://someone-else.example";
const discoveryPath = "/.well-known/openid-configuration";
const slowMilliseconds = 10_000;

interface MisbehaviourDeps {
  readonly redirectUri: string;
  readonly tokenPath: string;
}

/** Makes the provider get one thing wrong, and leaves the rest right. */
export function misbehaveAs(misbehaviour: Misbehaviour, { redirectUri, tokenPath }: MisbehaviourDeps): Middleware {
  const ways: Record<Misbehaviour, Middleware> = {
    "wrong-iss": async (ctx, next) => {
      await next();
      const location = ctx.response.headers.location;
      if (typeof location !== "string" || !location.startsWith(redirectUri)) return;
      const answer = new URL(location);
      answer.searchParams.set("iss", otherIssuer);
      ctx.set("Location", answer.href);
    },

    "wrong-discovery-issuer": async (ctx, next) => {
      await next();
      if (ctx.path === discoveryPath) ctx.body = { ...(ctx.body as object), issuer: otherIssuer };
    },

    slow: async (ctx, next) => {
      if (ctx.path === tokenPath) await sleep(slowMilliseconds);
      await next();
    },

    garbage: async (ctx, next) => {
      if (ctx.path !== tokenPath) return next();
      ctx.status = 200;
      ctx.type = "html";
      ctx.body = "<!doctype html><title>Welcome</title><p>Please accept our cookies.</p>";
    },
  };
  return ways[misbehaviour];
}
