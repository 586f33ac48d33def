/** Opens an instance, follows its feed, closes it and says so. Then nothing must keep this process alive. */
import { parseConfig } from "../config/index.ts";
import { createHoldfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import { createDatabase } from "../storage/database.ts";

const connection = JSON.parse(process.argv[2] ?? "null");
const schema = `test_exit_${process.pid}`;
const config = parseConfig({ database: { schema } }, { mode: "development", developmentSecret: () => "x".repeat(32) });
const holdfast = await createHoldfast(config, { connection, logger: createLogger({ level: "silent" }) });
const response = await holdfast.fetch(new Request(`${config.issuer}/feed`));
const reader = response.body?.getReader();
await reader?.read();
await holdfast.close();

const database = createDatabase({ connection, schema, poolSize: 1 });
await database.execute(`drop schema ${schema} cascade`);
await database.close();
process.stdout.write("closed\n");
