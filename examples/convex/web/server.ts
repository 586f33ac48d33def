/** The page's own origin: the bundle, and the buttons that break things. */
import { fileURLToPath } from "node:url";
import type { Verifier } from "@holdfast/verify";
import { holdfast } from "@holdfast/verify/hono";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Bundle } from "../../shared/bundle.ts";
import { type createFaults, faultNames } from "../backend/faults.ts";

/** What `GET /config.json` tells the page. */
export interface PageConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Of the deployment: what `new ConvexReactClient(url)` takes. */
  readonly convexUrl: string;
}

export interface WebDeps {
  readonly config: PageConfig;
  readonly bundle: Bundle;
  readonly verifier: Verifier;
  readonly faults: ReturnType<typeof createFaults>;
}

const files = fileURLToPath(new URL("./public", import.meta.url));

export function createWeb({ config, bundle, verifier, faults }: WebDeps) {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'", new URL(config.issuer).origin, config.convexUrl.replace("http", "ws")],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
      referrerPolicy: "strict-origin-when-cross-origin",
      // Over plain http it means nothing.
      strictTransportSecurity: false,
    }),
  );
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-cache");
  });

  app.get("/config.json", (c) => c.json(config));
  // Only whoever is signed in breaks anything: no other site's page can.
  app.post("/faults/:name", holdfast(verifier), async (c) => {
    const name = faultNames.find((each) => each === c.req.param("name"));
    if (name === undefined) return c.notFound();
    return c.json({ message: await faults[name](c.get("claims").sid) });
  });
  for (const [path, { type, contents }] of bundle) {
    app.get(path, (c) => c.body(contents, 200, { "Content-Type": type }));
  }
  app.use(serveStatic({ root: files }));
  return app;
}
