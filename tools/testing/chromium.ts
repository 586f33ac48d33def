import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Where the browser usually is; `CHROMIUM` names any other. */
const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const minute = 60_000;

/** Whether vitest's arguments may reach a test that drives a browser: all but a choice of other paths. */
export function needsBrowser(args: readonly string[]): boolean {
  if (args.join(" ").match(/--project[= ]unit\b/)) return false;
  const paths = args.filter((arg) => !arg.startsWith("-") && (arg.includes("/") || arg.endsWith(".ts")));
  return paths.length === 0 || paths.some((place) => place.split("/").includes("e2e"));
}

/**
 * Finds Chromium, and installs Debian's where we may.
 *
 * @returns the executable, or undefined after saying what to do
 */
export function ensureChromium(env: NodeJS.ProcessEnv): string | undefined {
  const named = env.CHROMIUM;
  if (named) return existsSync(named) ? named : complain(`CHROMIUM names ${named}, but there is no such file.`);
  const found = usualPlaces.find((place) => existsSync(place));
  if (found) return found;
  if (process.getuid?.() === 0 && runs("apt-get", ["--version"])) installFromDebian();
  const installed = usualPlaces.find((place) => existsSync(place));
  return installed ?? complain("The journeys need a browser, and there is no Chromium on this machine.");
}

function installFromDebian(): void {
  console.error("Installing Chromium from Debian (once) …");
  runs("apt-get", ["update", "-qq"]);
  runs("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"]);
}

function runs(program: string, args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, stderr } = spawnSync(program, args, {
    env,
    encoding: "utf8",
    timeout: 10 * minute,
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (status !== 0 && stderr) console.error(stderr.trim());
  return status === 0;
}

function complain(problem: string): undefined {
  console.error(
    `${problem}\n` +
      "Install the package chromium (Debian: sudo apt-get install chromium), or name a Chromium or Chrome:\n" +
      "  CHROMIUM=/path/to/chrome npm test\n" +
      "Tests without a browser: npm test -- packages",
  );
}
