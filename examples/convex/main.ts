/**
 * The Convex example: a page, and a deployment that speaks Convex's sync protocol, beside a running Holdfast. Prints one
 * JSON line when both answer, and stops on SIGTERM, on SIGINT, and when the process that started it is gone.
 */
import { startSyncServer } from "@holdfast/convex/testing";
import { createVerifier } from "@holdfast/verify";
import { bundlePage } from "../shared/bundle.ts";
import { serveOnLoopback } from "../shared/loopback.ts";
import { onParentGone } from "../shared/parent.ts";
import { createFaults } from "./backend/faults.ts";
import { createFunctions } from "./backend/functions.ts";
import { revokeSession } from "./backend/revoke-session.ts";
import { readSettings } from "./settings.ts";
import { createWeb } from "./web/server.ts";

const settings = readSettings(process.env);
const { issuer, clientId, service } = settings;

const verifier = createVerifier({ issuer, audience: settings.audience, credentials: service });
const [convex, bundle] = await Promise.all([
  startSyncServer({
    port: settings.convexPort,
    functions: createFunctions(),
    // All that `auth.config.ts` says of a deployment: whose tokens, and for whom.
    verify: async (token) => ({ ...(await verifier.verify(token)) }),
  }),
  bundlePage(new URL("./web/app/", import.meta.url), { app: "main.tsx", style: "styles/index.css" }),
]);
const faults = createFaults({
  convex,
  revokeSession: async (sid) => void (await revokeSession({ issuer, service }, sid)),
});
const web = createWeb({ config: { issuer, clientId, convexUrl: convex.url }, bundle, verifier, faults });
const server = await serveOnLoopback(web.fetch, settings.webPort);

let stopping: Promise<void> | undefined;

/** Once, however many signals come. */
function stop(): Promise<void> {
  stopping ??= (async () => {
    await Promise.all([server.close(), convex.close()]);
    await verifier.close();
    process.exit(0);
  })();
  return stopping;
}

process.once("SIGTERM", stop);
process.once("SIGINT", stop);
onParentGone(stop);

console.log(JSON.stringify({ web: `http://127.0.0.1:${settings.webPort}`, api: convex.url, pid: process.pid }));
