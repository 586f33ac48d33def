/**
 * Writes the reference pages that are made from the code: configuration, command line, errors, events and claims. Run by
 * every build; a page that cannot be made fails it.
 */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { cliPage } from "./cli.ts";
import { configurationPage } from "./configuration.ts";
import { errorsPage } from "./errors.ts";
import { eventsPage } from "./events.ts";
import { webhookEventsPage } from "./webhook-events.ts";

const directory = path.resolve(import.meta.dirname, "../src/content/docs/reference");
const pages = {
  "cli.md": await cliPage(),
  "configuration.md": configurationPage(),
  "errors.md": errorsPage(),
  "events.md": eventsPage(),
  "webhook-events.md": webhookEventsPage(),
};

await mkdir(directory, { recursive: true });
for (const [name, text] of Object.entries(pages)) await writeFile(path.join(directory, name), text);
process.stdout.write(`made from the code: ${Object.keys(pages).join(", ")}\n`);
