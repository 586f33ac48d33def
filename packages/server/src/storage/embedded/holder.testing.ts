/**
 * A process that holds a data directory, to be killed: `node holder.testing.ts <data directory> <round>`. Prints the
 * postmaster's pid, and then each row's number once its insert is acknowledged.
 */
import pg from "pg";
import { startEmbeddedPostgres } from "./index.ts";

const [dataDirectory = "", round = "0"] = process.argv.slice(2);
const postgres = await startEmbeddedPostgres({ dataDirectory, command: `holder of round ${round}` });
const client = new pg.Client(postgres.connection);
// We are made to be killed, and so is PostgreSQL under us; the test reads what was acknowledged before.
client.on("error", () => {});
await client.connect();
await client.query("create table if not exists acknowledged (round int, number int, primary key (round, number))");
process.stdout.write(`${postgres.pid}\n`);
try {
  for (let number = 1; ; number++) {
    await client.query("insert into acknowledged values ($1, $2)", [round, number]);
    process.stdout.write(`${number}\n`);
  }
} catch {
  // PostgreSQL was killed before us; our own end is on its way.
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
