import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/**
 * Workspace packages resolve to their `src/` through the export condition `holdfast-source`: nothing is built to be
 * tested. vitest hands the conditions to Node's own resolver in the workers as well; `module` is meant for bundlers,
 * and Node would load files that it cannot run.
 */
const conditions = ["holdfast-source", ...defaultServerConditions.filter((condition) => condition !== "module")];

/** One embedded PostgreSQL for the whole run; each test takes a schema of its own in it. */
const globalSetup = ["packages/server/src/testing/postgres-setup.ts"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    environment: "node",
    pool: "forks",
    // PostgreSQL and the servers under test need their share of a two-core machine.
    maxWorkers: 2,
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{packages,apps,prove,bench,tools,examples}/**/*.test.{ts,tsx}"],
          exclude: ["**/node_modules/**", "**/dist/**", "**/fixtures/**"],
          globalSetup,
          testTimeout: 15_000,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          exclude: ["**/node_modules/**"],
          globalSetup,
          // A journey boots servers and a browser of its own: two at once would only slow each other down.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
