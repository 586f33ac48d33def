import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { cruise } from "./imports-cruise.ts";

/** A small repository in which every import breaks a rule of `.dependency-cruiser.cjs`. */
const badRepository: Record<string, string> = {
  "packages/protocol/src/index.ts": `import "node:fs";`, // protocol-stands-alone
  "packages/server/src/holdfast.ts": `
    import "./users/index.ts"; // no-cycle
    import type { Row } from "./sessions/store.ts"; // feature-by-its-door-from-the-root
    export type { Row };`,
  "packages/server/src/crypto/digest.ts": `import "../http/router.ts";`, // leaves-know-nothing
  "packages/server/src/http/router.ts": `import type { Row } from "../users/index.ts"; export type { Row };`, // platform-knows-no-feature
  "packages/server/src/users/index.ts": `
    import "../holdfast.ts"; // features-know-no-composition
    export type { Row } from "../sessions/store.ts"; // feature-by-its-door`,
  "packages/server/src/sessions/index.ts": `import "../feed/index.ts";`, // watchers-only-watch
  "packages/server/src/sessions/store.ts": `
    import "./store.test.ts"; // tests-are-not-imported
    import "./lost.ts"; // resolvable
    export interface Row { id: string }`,
  "packages/server/src/sessions/store.test.ts": "export {};",
  "packages/server/src/feed/index.ts": "export {};",
  "packages/verify/src/index.ts": `
    import "../../server/src/sessions/index.ts"; // packages-meet-in-the-protocol, packages-by-name
    import "../../../tools/tool.ts"; // packages-know-no-application`,
  "packages/convex/src/index.ts": `import "../../server/src/users/index.ts";`, // adapters-stand-on-the-client
  "tools/tool.ts": "export {};",
};

/** Cruises the bad repository; returns the rules that found nothing in it, which should be none. */
export async function unbrokenRules(root: string): Promise<string[]> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "holdfast-canary-")));
  try {
    for (const [file, source] of Object.entries(badRepository)) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), source);
    }
    const { violations } = await cruise(folder, ["packages", "tools"]);
    const broken = new Set(violations.map(({ rule }) => rule.name));
    return ruleNames(root).filter((name) => !broken.has(name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ruleNames(root: string): string[] {
  const config: { forbidden: { name: string }[] } = createRequire(import.meta.url)(
    path.join(root, ".dependency-cruiser.cjs"),
  );
  return config.forbidden.map(({ name }) => name);
}
