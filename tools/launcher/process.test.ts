import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, expect, it } from "vitest";
import { createSignalRelay } from "./process.mjs";

it.each([
  ["SIGINT", "SIGINT"],
  ["SIGTERM", "SIGTERM"],
  ["SIGHUP", "SIGTERM"],
] as const)("passes %s on as %s", (signal, passed) => {
  const sent: string[] = [];
  createSignalRelay({ send: (name) => sent.push(name), now: () => 0 })(signal);
  expect(sent).toEqual([passed]);
});

it("takes the terminal's signal and npm's echo of it for one, and a second Ctrl-C for a second", () => {
  let now = 1000;
  const sent: string[] = [];
  const relay = createSignalRelay({ send: (name) => sent.push(name), now: () => now });
  relay("SIGINT");
  now += 30;
  relay("SIGINT");
  expect(sent).toEqual(["SIGINT"]);
  now += 2000;
  relay("SIGINT");
  expect(sent).toEqual(["SIGINT", "SIGINT"]);
});

/** Counts its interrupts and leaves on SIGTERM, with the number as exit code plus 40. */
const counting = `
  let interrupts = 0;
  process.on("SIGINT", () => console.log("interrupted", ++interrupts));
  process.on("SIGTERM", () => { console.log("ended"); process.exit(40 + interrupts); });
  setInterval(() => {}, 1000);
  console.log("ready", process.pid);
`;

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
});

/** A launcher that runs `script`, in a process group of its own as a terminal would start it. */
function launcherOf(script: string) {
  const launcher = `
    import { endLike, runForeground } from ${JSON.stringify(new URL("./process.mjs", import.meta.url).href)};
    endLike(await runForeground(process.execPath, ["-e", ${JSON.stringify(script)}], { cwd: process.cwd(), env: process.env }));
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", launcher], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string | undefined> => (await lines.next()).value;
  return { child, group: -(child.pid ?? Number.NaN), pid: child.pid ?? Number.NaN, line };
}

it("hands one interrupt to the command when the terminal and npm both send it, and waits for the command's end", async () => {
  const { child, group, pid, line } = launcherOf(counting);
  await line();
  process.kill(group, "SIGINT");
  process.kill(pid, "SIGINT");
  expect(await line()).toBe("interrupted 1");
  process.kill(pid, "SIGTERM");
  expect(await line()).toBe("ended");
  expect(await once(child, "exit")).toEqual([41, null]);
});

it("ends by the signal that ended the command", async () => {
  const { child, line } = launcherOf(`console.log("ready"); process.kill(process.pid, "SIGKILL")`);
  await line();
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
});

it("passes the exit code on, and does not keep a finished command alive", async () => {
  const { child } = launcherOf(`setTimeout(() => { process.exitCode = 3; }, 1)`);
  expect(await once(child, "exit")).toEqual([3, null]);
});

it("ends the command in good order when the launcher is killed with its whole group", async () => {
  const { group, line } = launcherOf(counting);
  await line();
  process.kill(group, "SIGKILL");
  expect(await line()).toBe("ended");
});
