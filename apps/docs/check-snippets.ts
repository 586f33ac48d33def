/**
 * Compiles every TypeScript snippet of the pages, and parses every JSON one, so that what readers copy works. A snippet
 * stands on the same line in its file as on its page: the compiler's complaints need no translation.
 */
import { execFile } from "node:child_process";
import { glob, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { extractSnippets, nocheckReason, type Snippet } from "./snippets/extract.ts";

const pages = path.resolve(import.meta.dirname, "src/content/docs");
// Inside the repository, so that the workspace's packages are found.
const workshop = path.resolve(import.meta.dirname, ".snippets");
const compiler = path.resolve(import.meta.dirname, "../../node_modules/typescript-7/bin/tsc");

const compilerOptions = {
  composite: false,
  incremental: false,
  noEmit: true,
  declaration: false,
  declarationMap: false,
  sourceMap: false,
  // Snippets show what matters: none is a global script, whatever it lacks.
  moduleDetection: "force",
  lib: ["ES2024", "DOM", "DOM.Iterable"],
  types: ["node"],
  jsx: "react-jsx",
};

process.exitCode = await checkSnippets();

async function checkSnippets(): Promise<number> {
  await rm(workshop, { recursive: true, force: true });
  await mkdir(workshop, { recursive: true });
  const sources = new Map<string, string>();
  const problems: string[] = [];
  let skipped = 0;
  for await (const page of glob("**/*.{md,mdx}", { cwd: pages })) {
    for (const snippet of extractSnippets(await readFile(path.join(pages, page), "utf8"))) {
      const where = `src/content/docs/${page}`;
      try {
        if (nocheckReason(snippet) !== undefined) skipped++;
        else if (snippet.language === "json") JSON.parse(snippet.code);
        else if (snippet.language === "ts" || snippet.language === "tsx")
          sources.set(await place(page, snippet), where);
      } catch (error) {
        problems.push(`${where}:${snippet.line}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  if (sources.size === 0) problems.push("no TypeScript snippet was found at all");
  problems.push(...(await compile(sources)));
  await rm(workshop, { recursive: true, force: true });
  if (problems.length === 0) process.stdout.write(`snippets: ${sources.size} compiled, ${skipped} skipped\n`);
  else process.stderr.write(`${problems.join("\n")}\n`);
  return problems.length === 0 ? 0 : 1;
}

/** Writes a snippet to a file of its own, its code on the lines it has on the page. */
async function place(page: string, { line, code, language }: Snippet): Promise<string> {
  const name = `${page.replaceAll(/[^\w]/g, "-")}-${line}.${language}`;
  await writeFile(path.join(workshop, name), "\n".repeat(line - 1) + code);
  return name;
}

/** The compiler's complaints, by page and line. */
async function compile(sources: ReadonlyMap<string, string>): Promise<string[]> {
  const project = { extends: "../../../tsconfig.base.json", compilerOptions, include: ["*.ts", "*.tsx"] };
  await writeFile(path.join(workshop, "tsconfig.json"), JSON.stringify(project));
  const { code, output } = await run(["-p", "tsconfig.json", "--pretty", "false"]);
  const complaints = output.split("\n").filter(Boolean);
  if (code !== 0 && complaints.length === 0) return [`the compiler ended with ${code} and said nothing`];
  return complaints.map((complaint) => {
    const [, file = "", line, message] = /^([^(]+)\((\d+),\d+\): (.*)$/.exec(complaint) ?? [];
    const page = sources.get(file);
    return page === undefined ? complaint : `${page}:${line}: ${message}`;
  });
}

function run(args: readonly string[]): Promise<{ code: number | string; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, ...args], { cwd: workshop }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? -1) : 0, output: stdout + stderr });
    });
  });
}
