import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { temporaryDirectory } from "./data-directory.testing.ts";
import { type EmbeddedPostgres, findRunningEmbeddedPostgres, startEmbeddedPostgres } from "./index.ts";
import { inspectProcess } from "./process-identity.ts";

const asRoot = process.getuid?.() === 0;

async function start(dataDirectory: string, command?: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDirectory, ...(command === undefined ? {} : { command }) });
  onTestFinished(() => postgres.stop());
  return postgres;
}

const seed = join(tmpdir(), `hf-seed-${process.pid}`);

beforeAll(async () => {
  await (await startEmbeddedPostgres({ dataDirectory: seed })).stop();
}, 30_000);

afterAll(() => rm(seed, { recursive: true, force: true }));

/** A data directory that was used before: copying one takes a tenth of the time of making one. */
async function usedDirectory(): Promise<string> {
  const dataDirectory = join(await temporaryDirectory(), "data");
  await promisify(execFile)("cp", ["-a", seed, dataDirectory]);
  return dataDirectory;
}

async function ask<Row extends pg.QueryResultRow>(postgres: EmbeddedPostgres, sql: string): Promise<Row[]> {
  const client = new pg.Client(postgres.connection);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("a running embedded PostgreSQL", () => {
  const dataDirectory = join(tmpdir(), `hf-running-${process.pid}`);
  let postgres: EmbeddedPostgres;

  beforeAll(async () => {
    postgres = await startEmbeddedPostgres({ dataDirectory, command: "holdfast dev" });
  }, 30_000);

  afterAll(async () => {
    await postgres.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  it("runs with durable settings, checksums and a role that is no superuser", async () => {
    const names = ["fsync", "synchronous_commit", "full_page_writes", "data_checksums", "listen_addresses", "TimeZone"];
    const rows = await ask<{ name: string; setting: string }>(
      postgres,
      `select name, setting from pg_settings where name in (${names.map((name) => `'${name}'`)})`,
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: "on",
      synchronous_commit: "on",
      full_page_writes: "on",
      data_checksums: "on",
      listen_addresses: "",
      TimeZone: "UTC",
    });
    expect(await ask(postgres, "select rolsuper from pg_roles where rolname = current_user")).toEqual([
      { rolsuper: false },
    ]);
  });

  it("keeps the password, the lock and the log to itself", async () => {
    for (const name of ["postgres.password", "lock", "postgres.log"]) {
      expect((await stat(join(dataDirectory, name))).mode & 0o777, name).toBe(0o600);
    }
    for (const name of ["postgres", "run"]) {
      expect((await stat(join(dataDirectory, name))).mode & 0o777, name).toBe(0o700);
    }
  });

  it("refuses a connection with a wrong password", async () => {
    const stranger = new pg.Client({ ...postgres.connection, password: "guessed" });
    await expect(stranger.connect()).rejects.toMatchObject({ code: "28P01" });
  });

  it("refuses a second start and names who holds the directory", async () => {
    await expect(startEmbeddedPostgres({ dataDirectory })).rejects.toMatchObject({
      code: "data_locked",
      message: expect.stringMatching(new RegExp(`process ${process.pid} \\(holdfast dev\\) since \\d{4}-.*Z`)),
    });
    expect(await ask(postgres, "select 1 as alive")).toEqual([{ alive: 1 }]);
  });

  it("tells another process through findRunningEmbeddedPostgres how to connect, and who holds the directory", async () => {
    expect(await findRunningEmbeddedPostgres(dataDirectory)).toEqual({
      connection: postgres.connection,
      holder: { pid: process.pid, command: "holdfast dev", startedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
  });
});

describe("startEmbeddedPostgres", () => {
  it("makes the database on the first start and finds it again on the second", async () => {
    const dataDirectory = join(await temporaryDirectory(), "data");
    const first = await start(dataDirectory);
    await ask(first, "create table kept as select 42 as answer");
    await first.stop();
    expect(inspectProcess(first.pid)).toBeNull();

    const second = await start(dataDirectory);
    expect(await ask(second, "select answer from kept")).toEqual([{ answer: 42 }]);
    expect(second.connection).toEqual(first.connection);
  });

  it("lets one of two simultaneous first starts win", async () => {
    const dataDirectory = join(await temporaryDirectory(), "data");
    const results = await Promise.allSettled([start(dataDirectory), start(dataDirectory)]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const rejected = results.find((result) => result.status === "rejected");
    expect(rejected?.reason).toMatchObject({ code: "data_locked" });
  });

  it("starts PostgreSQL again when it is killed, under the same address", async () => {
    const postgres = await start(await usedDirectory());
    await ask(postgres, "create table kept as select 42 as answer");
    const pool = new pg.Pool(postgres.connection);
    pool.on("error", () => {});
    onTestFinished(() => pool.end());
    await pool.query("select 1");

    const killed = postgres.pid;
    process.kill(killed, "SIGKILL");
    await expect.poll(() => postgres.pid, { timeout: 15_000 }).not.toBe(killed);
    await expect
      .poll(() => pool.query("select answer from kept").then(({ rows }) => rows), { timeout: 5_000 })
      .toEqual([{ answer: 42 }]);
  }, 30_000);

  it("stops while PostgreSQL is being started again", async () => {
    const postgres = await start(await usedDirectory());
    process.kill(postgres.pid, "SIGKILL");
    await postgres.stop();
    expect(inspectProcess(postgres.pid)).toBeNull();
  });

  it("recovers when one of PostgreSQL's own processes is killed", async () => {
    const postgres = await start(await usedDirectory());
    const client = new pg.Client(postgres.connection);
    client.on("error", () => {});
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    const broken = new Promise((resolve) => client.once("end", resolve));
    process.kill(rows[0]?.pid ?? 0, "SIGKILL");
    await broken;
    await expect.poll(() => ask(postgres, "select 1 as alive"), { timeout: 10_000 }).toEqual([{ alive: 1 }]);
  }, 15_000);

  it("works in a data directory whose path is too long for a socket, and cleans up elsewhere", async () => {
    const dataDirectory = join(await temporaryDirectory(), "long".repeat(40));
    await rename(await usedDirectory(), dataDirectory);
    const postgres = await start(dataDirectory);
    expect(await ask(postgres, "select 1 as alive")).toEqual([{ alive: 1 }]);
    expect(Buffer.byteLength(postgres.connection.host)).toBeLessThan(90);
    await postgres.stop();
    await expect(stat(postgres.connection.host)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("works in a path with spaces, quotes and commas", async () => {
    const postgres = await start(join(await temporaryDirectory(), `it's a "data", really`));
    expect(await ask(postgres, "select 1 as alive")).toEqual([{ alive: 1 }]);
  });

  it.runIf(asRoot && process.platform === "linux")(
    "works as root below a directory that is closed to others",
    async () => {
      const closed = await temporaryDirectory(0o700);
      const postgres = await start(join(closed, "data"));
      expect(await ask(postgres, "select 1 as alive")).toEqual([{ alive: 1 }]);
      expect((await stat(join(closed, "data", "postgres"))).uid).not.toBe(0);
    },
  );

  it("leaves a PostgreSQL alone that somebody else runs on the data", async () => {
    const dataDirectory = await usedDirectory();
    const postgres = await start(dataDirectory);
    await rm(join(dataDirectory, "lock"));
    await expect(startEmbeddedPostgres({ dataDirectory })).rejects.toMatchObject({
      code: "data_locked",
      message: expect.stringContaining(`did not start (process ${postgres.pid})`),
    });
    expect(await ask(postgres, "select 1 as alive")).toEqual([{ alive: 1 }]);
  });

  it("sets a new password when the password file is lost", async () => {
    const dataDirectory = await usedDirectory();
    const first = await start(dataDirectory);
    await first.stop();
    await rm(join(dataDirectory, "postgres.password"));
    const second = await start(dataDirectory);
    expect(second.connection.password).not.toBe(first.connection.password);
    expect(await ask(second, "select 1 as alive")).toEqual([{ alive: 1 }]);
  });

  it("refuses data of another major version, and releases the directory", async () => {
    const dataDirectory = await usedDirectory();
    await writeFile(join(dataDirectory, "postgres", "PG_VERSION"), "17\n");
    await expect(startEmbeddedPostgres({ dataDirectory })).rejects.toMatchObject({
      code: "embedded_failed",
      message: expect.stringContaining("made by PostgreSQL 17, but this Holdfast brings PostgreSQL 18"),
    });
    expect(await readdir(dataDirectory)).not.toContain("lock");
  });

  it("shows PostgreSQL's last words when it does not start, and releases the directory", async () => {
    const dataDirectory = await usedDirectory();
    await rm(join(dataDirectory, "postgres", "global", "pg_control"));
    await expect(startEmbeddedPostgres({ dataDirectory })).rejects.toMatchObject({
      code: "embedded_failed",
      message: expect.stringContaining("pg_control"),
    });
    expect(await readdir(dataDirectory)).not.toContain("lock");
  });

  it("touches nothing when something else lies where the database belongs", async () => {
    const dataDirectory = join(await temporaryDirectory(), "data");
    await mkdir(join(dataDirectory, "postgres"), { recursive: true });
    await writeFile(join(dataDirectory, "postgres", "thesis.txt"), "ten years of work");
    await expect(startEmbeddedPostgres({ dataDirectory })).rejects.toMatchObject({ code: "data_inaccessible" });
    expect(await readFile(join(dataDirectory, "postgres", "thesis.txt"), "utf8")).toBe("ten years of work");
  });

  it("says so when the data directory is a file", async () => {
    const path = join(await temporaryDirectory(), "data");
    await writeFile(path, "");
    await expect(startEmbeddedPostgres({ dataDirectory: path })).rejects.toMatchObject({ code: "data_inaccessible" });
  });
});

describe("findRunningEmbeddedPostgres", () => {
  it("finds nothing where nobody holds the directory, or where there is none", async () => {
    expect(await findRunningEmbeddedPostgres(join(await temporaryDirectory(), "data"))).toBeNull();
    const dataDirectory = await usedDirectory();
    await (await start(dataDirectory)).stop();
    expect(await findRunningEmbeddedPostgres(dataDirectory)).toBeNull();
  });
});
