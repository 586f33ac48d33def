import { createProxy } from "@holdfast/next/proxy";
import { options } from "./lib/holdfast";

export const proxy = createProxy({ ...options, protect: ["/dashboard/*", "/api/me"] });

export const config = { matcher: ["/((?!_next/static|_next/image|favicon.ico).*)"] };
