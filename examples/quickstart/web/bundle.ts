import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";

/** Files to serve, by path. */
export type Bundle = ReadonlyMap<string, { readonly type: string; readonly contents: string }>;

const types: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  map: "application/json",
};

/**
 * Bundles a page from its source, in memory: a build step less to run and to forget. Workspace packages are taken as
 * source too.
 *
 * @param base of the entry points: a directory, with a slash at its end
 * @param entryPoints by the name that each is served under
 * @throws Error when the source does not build
 */
export async function bundlePage(base: URL, entryPoints: Readonly<Record<string, string>>): Promise<Bundle> {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(base),
    entryPoints: { ...entryPoints },
    outdir: "/",
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    conditions: ["holdfast-source"],
    define: { "process.env.NODE_ENV": '"production"' },
    minifySyntax: true,
    sourcemap: "linked",
    legalComments: "none",
    logLevel: "silent",
  });
  // Its process would stay for the next build; there is none.
  await stop();
  return new Map(
    outputFiles.map(({ path, text }) => {
      const type = types[path.split(".").at(-1) ?? ""] ?? "application/octet-stream";
      return [path, { type, contents: text }];
    }),
  );
}
