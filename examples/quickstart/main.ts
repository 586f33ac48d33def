/**
 * The quickstart: a small app and an API, each on an origin of its own, beside a running Holdfast. Prints one JSON line
 * when both answer, and stops on SIGTERM, on SIGINT, and when the process that started it is gone.
 */
import { createVerifier } from "@holdfast/verify";
import { bundlePage } from "../shared/bundle.ts";
import { serveOnLoopback } from "../shared/loopback.ts";
import { onParentGone } from "../shared/parent.ts";
import { createApi } from "./api/app.ts";
import { readSettings } from "./settings.ts";
import { createWeb } from "./web/server.ts";

const settings = readSettings(process.env);
const webOrigin = `http://localhost:${settings.webPort}`;
const apiOrigin = `http://localhost:${settings.apiPort}`;

const bundling = bundlePage(new URL("./web/app/", import.meta.url), { app: "main.tsx", style: "styles/index.css" });
const verifier = createVerifier({ issuer: settings.issuer, audience: settings.audience });
const api = createApi({ verifier, webOrigin, now: Date.now });
const web = createWeb({ issuer: settings.issuer, clientId: settings.clientId, apiOrigin, bundle: await bundling });

const servers = await Promise.all([
  serveOnLoopback(web.fetch, settings.webPort),
  serveOnLoopback(api.fetch, settings.apiPort),
]);

let stopping: Promise<void> | undefined;

/** Once, however many signals come. */
function stop(): Promise<void> {
  stopping ??= (async () => {
    await Promise.all(servers.map((server) => server.close()));
    await verifier.close();
    process.exit(0);
  })();
  return stopping;
}

process.once("SIGTERM", stop);
process.once("SIGINT", stop);
onParentGone(stop);

console.log(JSON.stringify({ web: webOrigin, api: apiOrigin, pid: process.pid }));
