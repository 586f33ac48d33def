#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { type CommandDef, defineCommand, renderUsage, runCommand, type SubCommandsDef } from "citty";
import { AppError } from "../http/app-error.ts";
import { accountCommand } from "./commands/account.ts";
import { configCommand } from "./commands/config.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { keysCommand } from "./commands/keys.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { sessionCommand } from "./commands/session.ts";
import { userCommand } from "./commands/user.ts";
import { printError } from "./output.ts";
import { serveCommand } from "./serve-command.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

const subCommands: SubCommandsDef = {
  dev: serveCommand({
    name: "dev",
    mode: "development",
    description: "Run Holdfast on this machine: embedded PostgreSQL, practice provider, example app",
  }),
  start: serveCommand({ name: "start", mode: "production", description: "Run Holdfast in production" }),
  migrate: migrateCommand,
  keys: keysCommand,
  config: configCommand,
  doctor: doctorCommand,
  session: sessionCommand,
  user: userCommand,
  account: accountCommand,
};

const holdfast = defineCommand({
  meta: { name: "holdfast", version, description: "An identity provider whose sessions survive real life" },
  subCommands,
});

/** The command that the arguments lead to, and the way there. */
async function resolveCommand(args: readonly string[]): Promise<{ command: CommandDef; parents: CommandDef[] }> {
  let command = holdfast as CommandDef;
  const parents: CommandDef[] = [];
  for (const name of args) {
    const nested = (command.subCommands as Record<string, CommandDef> | undefined)?.[name];
    if (!nested) break;
    parents.push(command);
    command = nested;
  }
  return { command, parents };
}

async function usage(args: readonly string[]): Promise<string> {
  const { command, parents } = await resolveCommand(args);
  const names = await Promise.all(
    parents.map(async ({ meta }) => (await (typeof meta === "function" ? meta() : meta))?.name),
  );
  const parent = parents.length > 0 ? defineCommand({ meta: { name: names.join(" ") } }) : undefined;
  const text = await renderUsage(command, parent);
  return process.stdout.isTTY ? text : stripVTControlCharacters(text);
}

async function main(args: string[]): Promise<void> {
  if (args.includes("--help") || args.includes("-h") || args.length === 0) {
    process.stdout.write(`${await usage(args)}\n`);
    return;
  }
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-v")) {
    process.stdout.write(`${version}\n`);
    return;
  }
  try {
    await runCommand(holdfast, { rawArgs: args });
  } catch (error) {
    // citty's own complaints are about the command line: show how it goes.
    if (error instanceof Error && error.name === "CLIError") {
      process.exitCode = 2;
      if (args.includes("--json")) return printError(new AppError("invalid_request", error.message), true);
      process.stderr.write(`${await usage(args)}\n\nholdfast: ${error.message}\n`);
      return;
    }
    printError(error, args.includes("--json"));
  }
}

await main(process.argv.slice(2));
