/** The app's own origin: the page's bundle, and a policy that lets the page talk to Holdfast and the API, to nobody else. */
import { fileURLToPath } from "node:url";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Bundle } from "../../shared/bundle.ts";

export interface WebSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly apiOrigin: string;
  readonly bundle: Bundle;
}

const files = fileURLToPath(new URL("./public", import.meta.url));

export function createWeb({ issuer, clientId, apiOrigin, bundle }: WebSettings) {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'", new URL(issuer).origin, apiOrigin],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        // The page only ever sets text, so it needs no way to turn a string into markup.
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ["'none'"],
      },
      referrerPolicy: "strict-origin-when-cross-origin",
      xFrameOptions: "DENY",
      // Over plain http on localhost it means nothing.
      strictTransportSecurity: false,
    }),
  );
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-cache");
  });

  app.get("/config.json", (c) => c.json({ issuer, clientId, api: apiOrigin }));
  for (const [path, { type, contents }] of bundle) {
    app.get(path, (c) => c.body(contents, 200, { "Content-Type": type }));
  }
  app.use(serveStatic({ root: files }));
  return app;
}
