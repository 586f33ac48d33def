import { contestants, withOverlap } from "./contestants.ts";
import { bundleApp } from "./page/bundle.ts";
import { runScenario } from "./run-scenario.ts";
import { scenarios } from "./scenarios/index.ts";

const [only, row] = process.argv.slice(2);
const list = [...contestants, ...withOverlap].filter((c) => !only || only === "all" || c.id === only);
const bundles = new Map<string, string>();
for (const c of list) bundles.set(c.id, await bundleApp(c.app));
for (const s of scenarios.filter((s) => (row ? s.row === row : s.row !== "6"))) {
  console.log(`# ${s.row} ${s.title}`);
  for (const c of list) {
    const t0 = performance.now();
    try {
      const { trace, ...f } = await runScenario(s, c, bundles.get(c.id)!);
      console.log(
        "  ",
        c.id.padEnd(24),
        [
          f.verdict + (f.isLooping ? "+LOOP" : ""),
          f.requests + "r",
          f.reloads + "re",
          f.errors + "e",
          f.expiredTokens + "x",
          f.settledAfter, Math.round(performance.now() - t0) + "ms"].join(" "),
      );
      if (row && only && only !== "all") console.log(trace);
    } catch (e) {
      console.log("  ", c.id, String(e).slice(0, 3000));
    }
  }
}
