/** A node of its own process, which sends webhooks until it is killed. Says `ready` once it runs. */
import { parseConfig } from "../config/index.ts";
import { createHoldfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";

const { connection, schema, secret } = JSON.parse(process.env.TEST_NODE ?? "{}");
const config = parseConfig({ secret, database: { schema } }, { mode: "development" });
await createHoldfast(config, { connection, logger: createLogger({ level: "silent" }) });
process.stdout.write("ready\n");
setInterval(() => undefined, 60_000);
