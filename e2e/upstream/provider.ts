/**
 * Somebody else's provider, as a process of its own, for the journeys: `node e2e/upstream/provider.ts --port 5001
 * --redirect-uri http://localhost:4000/integrations/oauth2/callback`. Prints `{ "issuer", "pid" }` when it is ready and
 * ends on SIGTERM. All options: `options.ts`.
 */
import { parseUpstreamOptions } from "./options.ts";
import { shiftClock } from "./shift-clock.ts";

const options = parseUpstreamOptions(process.argv.slice(2));
if (options.clockOffsetSeconds !== 0) shiftClock(options.clockOffsetSeconds);

process.on("SIGTERM", () => process.exit(0));
// Started by a test that died without a word: nobody else would stop us.
process.on("disconnect", () => process.exit(0));

// After the clock was shifted, so that whatever the library keeps of `Date` is the shifted one.
const { startProvider } = await import("./upstream-provider.ts");
const { issuer } = await startProvider(options);
console.log(JSON.stringify({ issuer, pid: process.pid }));
