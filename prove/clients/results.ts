import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Contestant, contestants, versionOf, withOverlap } from "./contestants.ts";
import type { Finding } from "./judge.ts";
import type { Scenario } from "./scenarios/index.ts";

/** What was found, as it is kept beside the code. */
export interface Results {
  /** By contestant, of those that are published packages. */
  readonly versions: Readonly<Record<string, string>>;
  /** By the scenario's title and the contestant's id. */
  readonly findings: Readonly<Record<string, Readonly<Record<string, Finding>>>>;
}

export const resultsFile: string = join(import.meta.dirname, "results.json");

export function readResults(): Results {
  return JSON.parse(readFileSync(resultsFile, "utf8"));
}

/** The versions that are installed. */
export function installedVersions(): Record<string, string> {
  const published = contestants.map((each) => [each.id, versionOf(each)] as const);
  return Object.fromEntries(published.filter(([, version]) => version !== null)) as Record<string, string>;
}

/** Everyone, in the order in which they run. */
export const everybody: readonly Contestant[] = [...contestants, ...withOverlap];

export const isOurs = ({ id }: Contestant): boolean => id.startsWith("holdfast");

/** What our own client must do in every row. */
export const isAsItShould = ({ expected }: Scenario, { verdict, isLooping, reloads }: Finding): boolean =>
  verdict === expected && !isLooping && reloads === 0;
