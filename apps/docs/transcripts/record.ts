/**
 * Goes through "Getting started" and "Operate" and puts what really happens into the pages: pictures of the example in a browser, and
 * the output of every ` ```console ` block with `record` in its meta. Lines that begin with `$ ` are commands and stay;
 * the lines below each are replaced by what it printed. The block with `record="server"` is `npm start`, which runs
 * until the end; all others share one shell. The data directory is new each time, and removed afterwards.
 *
 *     NODE_OPTIONS=--conditions=holdfast-source node apps/docs/transcripts/record.ts
 */
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { extractSnippets, type Snippet } from "../snippets/extract.ts";
import { takePictures } from "./pictures.ts";
import { startServer } from "./server.ts";
import { createShell, type Shell } from "./shell.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const docs = path.resolve(import.meta.dirname, "..");
const pages = ["src/content/docs/getting-started.md", "src/content/docs/guides/operate.md"];
const pictures = path.join(docs, "public/getting-started");

const data = await mkdtemp(path.join(tmpdir(), "holdfast-transcript-"));
// PostgreSQL runs as another user when we are root.
await chmod(data, 0o755);
const environment = { ...process.env, HOLDFAST_DATA: path.join(data, ".holdfast"), NO_COLOR: "1" };

const server = await startServer({ root, environment });
const shell = createShell({ cwd: root, environment });
try {
  await takePictures({ app: server.example, directory: pictures });
  for (const page of pages.map((name) => path.join(docs, name))) {
    await writeFile(page, await recordPage(await readFile(page, "utf8"), shell));
  }
} finally {
  shell.close();
  await server.stop();
  await rm(data, { recursive: true, force: true });
}

async function recordPage(text: string, inShell: Shell): Promise<string> {
  const lines = text.split("\n");
  const blocks = extractSnippets(text).filter(
    ({ language, meta }) => language === "console" && /\brecord\b/.test(meta),
  );
  const recorded: { readonly block: Snippet; readonly lines: string[] }[] = [];
  for (const block of blocks) recorded.push({ block, lines: await recordBlock(block, inShell) });
  // From the end, so that the lines above stay where they are.
  for (const { block, lines: replacement } of recorded.reverse()) {
    const indented = replacement.map((line) => " ".repeat(block.indent) + line);
    lines.splice(block.line - 1, block.code.split("\n").length, ...indented);
  }
  return lines.join("\n");
}

async function recordBlock({ code, meta }: Snippet, inShell: Shell): Promise<string[]> {
  const commands = code.split("\n").filter((line) => line.startsWith("$ "));
  if (meta.includes('record="server"')) return [...commands, ...display(server.output)];
  const lines: string[] = [];
  for (const command of commands) lines.push(command, ...display(await inShell.run(command.slice(2))));
  return lines;
}

/** What a newcomer would see: their checkout, not ours. */
function display(output: string): string[] {
  const text = output
    .replaceAll(path.join(data, ".holdfast"), "~/holdfast/.holdfast")
    .replaceAll(root, "~/holdfast")
    .replaceAll("\r", "");
  return text === ""
    ? []
    : text
        .replace(/\n$/, "")
        .split("\n")
        .map((line) => line.trimEnd());
}
