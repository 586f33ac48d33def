import { defineCommand } from "citty";
import { type Config, configJsonSchema, findWarnings, formatDuration } from "../../config/index.ts";
import { commonArguments, deploymentArguments } from "../arguments.ts";
import { readDeployment } from "../deployment.ts";
import { describeDatabase } from "../open-database.ts";
import { formatWarnings, print } from "../output.ts";

const checkCommand = defineCommand({
  meta: { name: "check", description: "Read the configuration and report every problem, without starting anything" },
  args: deploymentArguments,
  async run({ args }) {
    const mode = args.production ? "production" : "development";
    const { config, file } = await readDeployment({ mode, config: args.config, data: args.data });
    const summary = summarize(config);
    const lines = Object.entries(summary).map(([name, value]) => `  ${name.padEnd(16)}${value}`);
    const source = file ?? "no file: defaults and environment";
    const warnings = findWarnings(config);
    const text = [`The configuration is valid (${source}).`, lines.join("\n"), ...formatWarnings(warnings)];
    print(args.json, { valid: true, file, ...summary, warnings }, text.join("\n\n"));
  },
});

const schemaCommand = defineCommand({
  meta: { name: "schema", description: "Print the JSON Schema of a configuration file, for editors" },
  args: commonArguments,
  run() {
    process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  },
});

export const configCommand = defineCommand({
  meta: { name: "config", description: "The configuration: check, schema" },
  subCommands: { check: checkCommand, schema: schemaCommand },
});

/** What matters most, without a secret in it. */
function summarize({ issuer, port, database, data, providers, clients, services, tokens, sessions, mode }: Config) {
  const names = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id).join(", ") || "none";
  return {
    mode,
    issuer,
    port,
    database: database.url === undefined ? `embedded, in ${data}` : describeDatabase(database.url),
    providers: names(providers),
    clients: names(clients),
    services: names(services),
    access_tokens: formatDuration(tokens.access),
    sessions: `idle ${formatDuration(sessions.idle)}, absolute ${formatDuration(sessions.absolute)}`,
  };
}
