import { defineCommand } from "citty";
import { createLogger } from "../../logging/logger.ts";
import { createDatabase } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { deploymentArguments } from "../arguments.ts";
import { readDeployment } from "../deployment.ts";
import { openCommandDatabase } from "../open-database.ts";
import { print } from "../output.ts";

export const migrateCommand = defineCommand({
  meta: { name: "migrate", description: "Bring the database schema up to date; safe from several nodes at once" },
  args: deploymentArguments,
  async run({ args }) {
    const mode = args.production ? "production" : "development";
    const deployment = await readDeployment({ mode, config: args.config, data: args.data });
    const logger = createLogger({ level: "silent" });
    const opened = await openCommandDatabase(deployment, { logger, command: "holdfast migrate" });
    const database = createDatabase({ connection: opened.connection, ...deployment.config.database });
    try {
      const report = await migrate(database);
      const applied = report.applied.map(({ version, name }) => `  applied ${version} ${name}`);
      const summary = `The schema "${database.schema}" is at version ${report.version}.`;
      print(args.json, { schema: database.schema, ...report }, [...applied, summary].join("\n"));
    } finally {
      await database.close();
      await opened.close();
    }
  },
});
