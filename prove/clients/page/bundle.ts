import { join } from "node:path";
import { build } from "esbuild";

/** Bundles one app with its library, as published, into one script for a page: it leaves its exports in `app`. */
export async function bundleApp(file: string): Promise<string> {
  const result = await build({
    entryPoints: [join(import.meta.dirname, "../apps", file)],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "app",
    platform: "browser",
    target: "es2024",
    conditions: ["holdfast-source"],
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "silent",
  });
  const [script] = result.outputFiles;
  if (!script) throw new Error(`${file} makes no script.`);
  return script.text;
}
