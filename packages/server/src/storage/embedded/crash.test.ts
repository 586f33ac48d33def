import { type ChildProcess, spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryDirectory } from "./data-directory.testing.ts";
import { findRunningEmbeddedPostgres, startEmbeddedPostgres } from "./index.ts";
import { inspectProcess } from "./process-identity.ts";

const holderScript = fileURLToPath(new URL("./holder.testing.ts", import.meta.url));

function spawnHolder(dataDirectory: string, round: number): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const holder = spawn(process.execPath, ["--conditions=holdfast-source", holderScript, dataDirectory, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void holder.kill("SIGKILL"));
  return holder;
}

interface Killing {
  readonly postmaster: number;
  /** The highest row number that was acknowledged before the end. */
  readonly acknowledged: number;
}

/** Runs a holder until it has acknowledged some rows, kills it (and PostgreSQL), and says what it had acknowledged. */
async function killAfter(
  rows: number,
  holder: ReturnType<typeof spawnHolder>,
  alsoPostgres: boolean,
): Promise<Killing> {
  const gone = new Promise((resolve) => holder.once("close", resolve));
  let postmaster = 0;
  let acknowledged = 0;
  for await (const line of createInterface({ input: holder.stdout })) {
    if (postmaster === 0) postmaster = Number(line);
    else acknowledged = Number(line);
    if (acknowledged !== rows) continue;
    if (alsoPostgres) process.kill(postmaster, "SIGKILL");
    holder.kill("SIGKILL");
  }
  await gone;
  return { postmaster, acknowledged };
}

async function highestNumbers(connection: pg.ClientConfig): Promise<Map<number, { highest: number; rows: number }>> {
  const client = new pg.Client(connection);
  await client.connect();
  const { rows } = await client.query(
    "select round, max(number) as highest, count(*)::int as rows from acknowledged group by round",
  );
  await client.end();
  return new Map(rows.map(({ round, highest, rows }) => [round, { highest, rows }]));
}

describe("when the process that holds the data directory is killed", () => {
  it("keeps every acknowledged row, round after round, PostgreSQL killed with it or not", async () => {
    const dataDirectory = join(await temporaryDirectory(), "data");
    const acknowledged = new Map<number, number>();
    for (let round = 1; round <= 6; round++) {
      const killing = await killAfter(25 * round, spawnHolder(dataDirectory, round), round % 2 === 0);
      acknowledged.set(round, killing.acknowledged);
    }
    const postgres = await startEmbeddedPostgres({ dataDirectory });
    onTestFinished(() => postgres.stop());
    const found = await highestNumbers(postgres.connection);
    for (const [round, highest] of acknowledged) {
      expect(highest, `round ${round} was killed while inserting`).toBeGreaterThanOrEqual(25 * round);
      expect(found.get(round)?.highest, `round ${round}`).toBeGreaterThanOrEqual(highest);
      expect(found.get(round)?.rows, `round ${round} has no gap`).toBe(found.get(round)?.highest);
    }
  }, 60_000);

  it("leaves no PostgreSQL behind, without anybody's help", async () => {
    const dataDirectory = join(await temporaryDirectory(), "data");
    const { postmaster } = await killAfter(1, spawnHolder(dataDirectory, 1), false);
    await expect.poll(() => inspectProcess(postmaster), { timeout: 5_000 }).toBeNull();
    expect(await findRunningEmbeddedPostgres(dataDirectory)).toBeNull();
  }, 30_000);

  it("starts anew after a kill in the middle of the first start", async () => {
    const dataDirectory = join(await temporaryDirectory(), "data");
    const holder = spawnHolder(dataDirectory, 1);
    const listing = () => readdir(dataDirectory).catch(() => []);
    await expect.poll(listing, { timeout: 5_000 }).toContainEqual(expect.stringContaining("initializing"));
    holder.kill("SIGKILL");
    await new Promise((resolve) => holder.once("close", resolve));

    const postgres = await startEmbeddedPostgres({ dataDirectory });
    onTestFinished(() => postgres.stop());
    expect(await listing()).not.toContainEqual(expect.stringContaining("initializing"));
  }, 30_000);
});
