import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contestants } from "./contestants.ts";
import { pageFile, renderPage } from "./report.ts";
import { installedVersions, isAsItShould, isOurs, type Results, readResults } from "./results.ts";
import { scenarios } from "./scenarios/index.ts";

const ours = contestants.filter(isOurs);

/** In a process of its own: rejections that a library leaves to nobody are not this test's. */
function run(...parameters: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "main.ts"), "--json", ...parameters],
    { encoding: "utf8", timeout: 280_000, maxBuffer: 64 * 1024 * 1024 },
  );
  if (stdout === "") throw new Error(stderr);
  return { status, stderr, results: JSON.parse(stdout) as Results };
}

describe("the comparison of clients", () => {
  it("is published as it was found", () => {
    expect(readFileSync(pageFile, "utf8")).toBe(renderPage(readResults()));
  });

  it("is of the versions that are installed", () => {
    expect(readResults().versions).toEqual(installedVersions());
  });

  it("still finds what is published, and our own client does in every row what is expected of it", () => {
    const { status, stderr, results } = run("--quick");
    for (const scenario of scenarios) {
      for (const { id } of ours) {
        const finding = results.findings[scenario.title]?.[id];
        expect(finding && isAsItShould(scenario, finding), `${id}: ${scenario.title}`).toBe(true);
      }
    }
    expect(stderr).toBe("");
    expect(status).toBe(0);
  }, 300_000);

  it("notices a client that does not hold", () => {
    const { results } = run("--client", "naive", "--row", "11");
    expect(Object.values(results.findings).map(({ naive }) => naive?.verdict)).toEqual(["logged out"]);
  }, 60_000);

  it("finds the same with the same seed", () => {
    const once = run("--client", "holdfast", "--row", "14");
    const again = run("--client", "holdfast", "--row", "14");
    expect(again.results.findings).toEqual(once.results.findings);
  }, 60_000);
});
