/** Says where figures come from. */
import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, release } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  /** Of what is measured, by package. */
  readonly versions: Readonly<Record<string, string>>;
  /** Over the last minute before the run: of two cores, 2 is all of them, and figures are worse than they could be. */
  readonly load_average: number;
}

/** @param packages folder of each package, from the repository's root */
export function describeMachine(packages: Readonly<Record<string, string>>): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    versions: Object.fromEntries(Object.entries(packages).map(([name, folder]) => [name, versionOf(folder)])),
    load_average: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

function versionOf(folder: string): string {
  const manifest = readFileSync(new URL(`../../${folder}/package.json`, import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
