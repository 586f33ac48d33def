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

/**
 * Gives the whole run one real PostgreSQL: an embedded one, in a directory that goes with it, or the server that
 * `TEST_DATABASE_URL` names, so that the same suite runs on every version we support.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const url = process.env.TEST_DATABASE_URL;
  if (url) {
    project.provide("postgres", parseUrl(url));
    return undefined;
  }
  const dataDirectory = await mkdtemp(join(tmpdir(), "holdfast-test-"));
  const postgres = await startEmbeddedPostgres({ dataDirectory, command: "the tests" });
  project.provide("postgres", postgres.connection);
  return async () => {
    await postgres.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  };
}

function parseUrl(url: string): EmbeddedPostgres["connection"] {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  };
}
