import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../storage/embedded/index.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The PostgreSQL of this run; each test takes a schema of its own in it. */
    postgres: EmbeddedPostgres["connection"];
  }
}

/** Starts one real PostgreSQL for the whole run, in a directory that goes with it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "holdfast-test-"));
  const postgres = await startEmbeddedPostgres({ dataDirectory, command: "the tests" });
  project.provide("postgres", postgres.connection);
  return async () => {
    await postgres.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  };
}
