import { isIP } from "node:net";
import type { HttpBindings } from "@hono/node-server";
import { createMiddleware } from "hono/factory";
import type { Clock } from "../clock/clock.ts";
import { uuidv7 } from "../crypto/uuid.ts";
import type { Logger } from "../logging/logger.ts";
import { AppError } from "./app-error.ts";
import type { HttpEnvironment } from "./context.ts";

const maximumUrlLength = 8_192;
const maximumUserAgent = 300;

export interface RequestOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  /** How many proxies stand in front and append to `X-Forwarded-For`. */
  readonly trustedProxies: number;
  readonly onAnswered: (answer: { readonly route: string; readonly status: number; readonly seconds: number }) => void;
}

/**
 * Gives every request an id, an address and a logger, and logs its end. The id is ours always: one from outside could be
 * anyone's. The query is not logged: codes and states travel in it.
 */
export function identifyRequest({ logger, clock, trustedProxies, onAnswered }: RequestOptions) {
  return createMiddleware<HttpEnvironment & { Bindings: Partial<HttpBindings> }>(async (context, next) => {
    const started = performance.now();
    const requestId = uuidv7(clock.now());
    const socketAddress = context.env?.incoming?.socket.remoteAddress ?? null;
    const address = clientAddress(context.req.header("x-forwarded-for"), socketAddress, trustedProxies);
    const userAgent = context.req.header("user-agent")?.slice(0, maximumUserAgent) ?? null;
    context.set("source", { requestId, address, userAgent });
    context.set("logger", () => logger.child({ request_id: requestId }));
    context.header("X-Request-Id", requestId);
    if (context.req.url.length > maximumUrlLength) throw new AppError("uri_too_long");
    await next();
    const seconds = (performance.now() - started) / 1000;
    const { method, path, routePath } = context.req;
    const { status } = context.res;
    onAnswered({ route: `${method} ${routePath}`, status, seconds });
    if (logger.isLevelEnabled("debug")) {
      const ms = Math.round(seconds * 10_000) / 10;
      context.get("logger")().debug({ method, path, status, ms, address }, "answered");
    }
  });
}

/**
 * The address of whoever asks. Each trusted proxy appended the address it saw, so the one we want stands that many
 * places from the right; what stands further left, anyone may have written.
 */
function clientAddress(forwarded: string | undefined, socket: string | null, trustedProxies: number): string | null {
  const own = plainAddress(socket ?? "");
  if (trustedProxies === 0 || forwarded === undefined) return own;
  const addresses = forwarded.split(",");
  return plainAddress(addresses.at(-trustedProxies) ?? addresses[0] ?? "") ?? own;
}

/**
 * An IP address without what stands around it: the port that some proxies add, the brackets of IPv6, and the prefix of
 * an IPv4 address that arrived on an IPv6 socket. Null for what is no address.
 */
function plainAddress(text: string): string | null {
  const [, bracketed, withPort] = /^\[(.+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(text.trim()) ?? [];
  const address = (bracketed ?? withPort ?? text.trim()).replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(address) === 0 ? null : address;
}
