/** What `npm start` runs, with short access tokens, and a real browser in front of it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions } from "playwright-core";
import { type FaultDatabase, openFaultDatabase } from "../../faults/support/fault-database.ts";
import { launchChromium } from "../../support/chromium.ts";
import { type HoldfastProcess, startHoldfast } from "../../support/holdfast-process.ts";
import { createVisit, type Visit } from "./visit.ts";

const config = fileURLToPath(new URL("../../support/browser.config.ts", import.meta.url));

/** Milliseconds that the access tokens of this stack live. */
export const tokenLifetime = 20_000;

export interface Stack {
  readonly holdfast: HoldfastProcess;
  readonly database: FaultDatabase;
  /** A browser of its own for one person: nothing is shared with the others. */
  visit(options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

export async function startStack(): Promise<Stack> {
  const data = await mkdtemp(join(tmpdir(), "holdfast-browser-"));
  const database = openFaultDatabase();
  const env = { DATABASE_URL: database.url, HOLDFAST_DATABASE_SCHEMA: database.schema };
  const [holdfast, chromium] = await Promise.all([
    startHoldfast({ data, config, env }),
    launchChromium({ hasPageCache: true }),
  ]);
  return {
    holdfast,
    database,
    visit: async (options) => createVisit(await chromium.newContext(options), holdfast.ready),
    async close() {
      await chromium.close();
      await holdfast.stop();
      await database.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}
