#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { type ArgsDef, type CommandDef, defineCommand, renderUsage, runCommand, type SubCommandsDef } from "citty";
import { AppError } from "../http/app-error.ts";
import { checkArguments } from "./check-arguments.ts";
import { accountCommand } from "./commands/account.ts";
import { clientCommand } from "./commands/client.ts";
import { configCommand } from "./commands/config.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { grantCommand } from "./commands/grant.ts";
import { keysCommand } from "./commands/keys.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { sessionCommand } from "./commands/session.ts";
import { streamCommand } from "./commands/stream.ts";
import { userCommand } from "./commands/user.ts";
import { webhookCommand } from "./commands/webhook.ts";
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
  grant: grantCommand,
  user: userCommand,
  account: accountCommand,
  webhook: webhookCommand,
  stream: streamCommand,
  client: clientCommand,
};

const holdfast = defineCommand({
  meta: { name: "holdfast", version, description: "An identity provider whose sessions survive real life" },
  subCommands,
});

interface ResolvedCommand {
  readonly command: CommandDef;
  /** The names that led there, the program's own first. */
  readonly path: readonly string[];
  /** The arguments after them. */
  readonly rest: readonly string[];
}

/** The command that the arguments lead to. */
function resolveCommand(args: readonly string[]): ResolvedCommand {
  const path = ["holdfast"];
  let command = holdfast as CommandDef;
  for (const name of args) {
    const nested = command.subCommands as Record<string, CommandDef> | undefined;
    if (!nested || !Object.hasOwn(nested, name)) break;
    command = nested[name] as CommandDef;
    path.push(name);
  }
  return { command, path, rest: args.slice(path.length - 1) };
}

async function usage({ command, path }: ResolvedCommand): Promise<string> {
  const parent = path.length > 1 ? defineCommand({ meta: { name: path.slice(0, -1).join(" ") } }) : undefined;
  const text = await renderUsage(command, parent);
  return process.stdout.isTTY ? text : stripVTControlCharacters(text);
}

/** What is wrong with the command line, in a sentence; null when nothing is. */
function findMistake({ command, rest }: ResolvedCommand): string | null {
  if (!command.subCommands) return checkArguments(rest, (command.args ?? {}) as ArgsDef);
  const [name] = rest;
  return name === undefined || name.startsWith("-") ? "Name a command." : `There is no command "${name}" here.`;
}

async function main(args: string[]): Promise<void> {
  const resolved = resolveCommand(args);
  if (args.includes("--help") || args.includes("-h") || args.length === 0) {
    process.stdout.write(`${await usage(resolved)}\n`);
    return;
  }
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-v")) {
    process.stdout.write(`${version}\n`);
    return;
  }
  const isJson = args.includes("--json");
  const refuse = async (mistake: string) => {
    process.exitCode = 2;
    if (isJson) return printError(new AppError("invalid_request", mistake), true);
    process.stderr.write(`${await usage(resolved)}\n\nholdfast: ${mistake}\n`);
  };
  const mistake = findMistake(resolved);
  if (mistake !== null) return refuse(mistake);
  try {
    await runCommand(resolved.command, { rawArgs: [...resolved.rest] });
  } catch (error) {
    // citty's own complaints are about the command line as well.
    if (error instanceof Error && error.name === "CLIError") return refuse(stripVTControlCharacters(error.message));
    printError(error, isJson);
  }
}

await main(process.argv.slice(2));
