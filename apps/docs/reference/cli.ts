import path from "node:path";
import { pathToFileURL } from "node:url";
import { code, formatPage, formatTable } from "./markdown.ts";

const main = pathToFileURL(path.resolve(import.meta.dirname, "../../../packages/server/src/cli/main.ts")).href;

interface Command {
  /** `["session", "create"]` */
  readonly names: readonly string[];
  readonly help: Help;
}

/** What `--help` says. */
interface Help {
  readonly description: string;
  readonly usage: string;
  readonly commands: readonly Line[];
  readonly arguments: readonly Line[];
  readonly options: readonly Line[];
}

interface Line {
  readonly name: string;
  readonly description: string;
}

/** The command line's reference, from what every command says of itself. */
export async function cliPage(): Promise<string> {
  const commands = await listCommands([]);
  return formatPage({
    title: "Command line",
    description: "Every command of holdfast and its options, as --help prints them.",
    body: [
      ...introduction,
      ...commands.filter(({ names }) => names.length > 0).flatMap(formatCommand),
      "## Exit codes",
      formatTable(
        ["Code", "Meaning"],
        [
          ["0", "It worked."],
          ["1", "It failed, with a code of the [error catalogue](/reference/errors/); or `doctor` found a failure."],
          ["2", "The command line itself is wrong; the usage is printed."],
        ],
      ),
    ],
  });
}

const introduction = [
  "In this repository the command runs as `npm run --silent holdfast -- <command>`, which picks the right Node. `--silent` keeps npm's own lines out of the output.",
  "Every command takes `--help`, and `--json` for one line that programs can read. Errors go to standard error, with `--json` as an object with `error`, `detail` and `action`. Commands that look into a deployment use the database of the running server, and start the embedded PostgreSQL for as long as they take where no server runs.",
];

async function listCommands(names: readonly string[]): Promise<Command[]> {
  const help = parseHelp(await helpOf(names));
  const inner: Command[] = [];
  for (const { name } of help.commands) inner.push(...(await listCommands([...names, name])));
  return [{ names, help }, ...inner];
}

/**
 * Runs the program in this process, once more for every command: the address differs, so the program is evaluated
 * again, while the modules it stands on are loaded once. A process each took half a minute.
 */
async function helpOf(names: readonly string[]): Promise<string> {
  const { argv } = process;
  const { write } = process.stdout;
  let text = "";
  process.argv = ["node", "holdfast", ...names, "--help"];
  process.stdout.write = (chunk) => {
    text += String(chunk);
    return true;
  };
  try {
    await import(`${main}?${names.join("-")}`);
  } finally {
    process.argv = argv;
    process.stdout.write = write;
  }
  return text;
}

function parseHelp(text: string): Help {
  const lines = text.split("\n").map((line) => line.trimEnd());
  const usage = lines.find((line) => line.startsWith("USAGE "))?.slice("USAGE ".length);
  const description = lines[0]?.replace(/ \(holdfast[^()]*\)$/, "");
  if (!usage || !description) throw new Error(`this help is not understood:\n${text}`);
  return {
    description,
    usage,
    commands: sectionOf(lines, "COMMANDS"),
    arguments: sectionOf(lines, "ARGUMENTS"),
    options: sectionOf(lines, "OPTIONS"),
  };
}

/** The lines under a heading in capitals: a name, then four spaces or more, then what it is. */
function sectionOf(lines: readonly string[], title: string): Line[] {
  const start = lines.indexOf(title);
  if (start === -1) return [];
  const end = lines.findIndex((line, index) => index > start && /^\S/.test(line));
  return lines
    .slice(start + 1, end === -1 ? undefined : end)
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name, description] = /^ *(\S+(?: \S+)*?)(?: {2,}(.*))?$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`this line of the help is not understood: ${line}`);
      return { name, description: description ?? "" };
    });
}

function formatCommand({ names, help }: Command): string[] {
  const level = names.length === 1 ? "##" : "###";
  const blocks = [`${level} ${code(names.join(" "))}`, `${help.description}.`];
  // A command that only holds others is described by them.
  if (help.commands.length > 0) return blocks;
  blocks.push(["```sh", help.usage, "```"].join("\n"));
  const rows = [...help.arguments, ...help.options].map(({ name, description }) => [
    code(name),
    escapeTags(description),
  ]);
  if (rows.length > 0) blocks.push(formatTable(["Option", "Meaning"], rows));
  return blocks;
}

function escapeTags(text: string): string {
  return text.replaceAll("<", "&lt;").replaceAll("*", "\\*");
}
