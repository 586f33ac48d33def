import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, Script } from "node:vm";
import type { AppAddress, ComparedApp } from "../apps/compared-app.ts";
import { createPageGlobals, type PageDeps } from "./page-globals.ts";

const prelude = new Script(readFileSync(join(import.meta.dirname, "prelude.js"), "utf8"));

/** The scripts of pages, compiled once. */
const compiled = new Map<string, Script>();

function compile(bundle: string): Script {
  const known = compiled.get(bundle);
  if (known) return known;
  const script = new Script(bundle);
  compiled.set(bundle, script);
  return script;
}

/** Runs an app's bundle as the only script of a page with globals of its own. `start` names what the bundle exports. */
export function openPage(deps: PageDeps, bundle: string, start: string, address: AppAddress): ComparedApp {
  const context = createContext(createPageGlobals(deps));
  prelude.runInContext(context);
  compile(bundle).runInContext(context);
  return new Script(`app.${start}(${JSON.stringify(address)})`).runInContext(context) as ComparedApp;
}
