import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { createManualClock, type ManualClock } from "../clock/clock.ts";
import { type ConfigInput, parseConfig } from "../config/index.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { listen } from "../http/listen.ts";
import { createLogger } from "../logging/logger.ts";
import { createPracticeProvider } from "../practice/index.ts";
import { callbackPath } from "../signin/index.ts";
import { createTestBrowser, type TestBrowser } from "./browser.ts";
import { freePort } from "./free-port.ts";

export interface TestInstanceOptions {
  /** Laid over the defaults: one public client `app` at http://localhost:5999 with its refresh token in a cookie. */
  readonly config?: ConfigInput;
  /** Default: a manual clock that starts now. `system` takes the machine's. */
  readonly clock?: ManualClock | "system";
  /** Whether people can sign in, at a practice provider of its own. Default: true. */
  readonly hasPractice?: boolean;
  /** Whether webhooks are sent and ends of sessions noted by themselves. Default: false, for nothing then moves unasked. */
  readonly background?: boolean;
}

/** A whole identity provider on a real PostgreSQL and a real port, for one test file. */
export interface TestInstance {
  readonly issuer: string;
  readonly holdfast: Holdfast;
  readonly clock: ManualClock;
  readonly schema: string;
  /** What was logged, as JSON lines. */
  readonly logged: readonly string[];
  readonly practice: { readonly issuer: string; close(): Promise<void> } | null;
  /** A browser without script. */
  browser(): TestBrowser;
  /** Reads and writes the instance's tables. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

type TestClient = NonNullable<ConfigInput["clients"]>[number];

/** Where the test client's pages would be. Nothing listens there. */
export const appOrigin = "http://localhost:5999";

export const testClient: TestClient = {
  id: "app",
  name: "Test app",
  origins: [appOrigin],
  audience: "https://api.example.com",
  signin: { success: `${appOrigin}/` },
  signout: { success: `${appOrigin}/goodbye` },
};

/** A second client, which keeps its refresh token itself. */
export const bodyClient: TestClient = {
  id: "device",
  audience: "https://api.example.com",
  refreshToken: "body",
  origins: [appOrigin],
  signin: { success: `${appOrigin}/device` },
};

export async function createTestInstance(options: TestInstanceOptions = {}): Promise<TestInstance> {
  const { config: overrides = {}, hasPractice = true } = options;
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const schema = `test_${randomBytes(6).toString("hex")}`;
  const connection = inject("postgres");
  const logged: string[] = [];
  const logger = createLogger({ level: "debug", destination: { write: (line) => void logged.push(line) } });
  const clock = options.clock === undefined || options.clock === "system" ? createManualClock() : options.clock;

  const practice = hasPractice ? await startPractice(issuer) : null;
  const provider = practice && {
    id: "practice",
    issuer: practice.issuer,
    clientId: "holdfast",
    clientSecret: practice.clientSecret,
  };
  const config = parseConfig(
    {
      port,
      clients: [testClient],
      providers: provider ? [provider] : [],
      database: { schema, poolSize: 5 },
      ...overrides,
    },
    { mode: "development", developmentSecret: () => randomBytes(32).toString("base64") },
  );
  const holdfast = await createHoldfast(config, {
    connection,
    logger,
    background: options.background ?? false,
    ...(options.clock === "system" ? {} : { clock }),
  });
  const listener = await listen({ fetch: holdfast.fetch, port, host: "127.0.0.1" });
  const pool = new pg.Pool({ ...connection, options: `-c search_path=${schema}`, max: 2 });

  return {
    issuer,
    holdfast,
    clock,
    schema,
    logged,
    practice,
    browser: createTestBrowser,
    async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
      return (await pool.query<Row>(text, values)).rows;
    },
    async close() {
      await listener.close(0);
      await holdfast.close();
      await practice?.close();
      await pool.query(`drop schema ${schema} cascade`);
      await pool.end();
    },
  };
}

async function startPractice(issuer: string) {
  const port = await freePort();
  const clientSecret = randomBytes(24).toString("base64url");
  const practice = await createPracticeProvider({
    issuer: `http://localhost:${port}`,
    port,
    clients: [{ clientId: "holdfast", clientSecret, redirectUris: [`${issuer}${callbackPath}`] }],
    logger: { info: () => undefined, error: () => undefined },
  });
  return { issuer: practice.issuer, clientSecret, close: () => practice.close() };
}
