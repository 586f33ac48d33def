import type { Deployment } from "./deployment.ts";
import type { RunningServer } from "./run-server.ts";

const exampleName = "example";

/** One line for scripts: where everything is, and its processes. */
export function formatReadyLine(server: RunningServer): string {
  const example = server.companions.find(({ name }) => name === exampleName)?.ready;
  return JSON.stringify({
    issuer: server.issuer,
    example: example?.web ?? null,
    api: example?.api ?? null,
    // The console comes with a later version.
    console: null,
    practice: server.practice,
    management: server.management,
    pids: {
      server: process.pid,
      postgres: server.postgresPid,
      ...(server.workerPids.length > 0 ? { workers: server.workerPids } : {}),
      ...Object.fromEntries(server.companions.map(({ name, pid }) => [name, pid])),
    },
  });
}

/** What a person reads after `npm start`: first what to open. */
export function formatBanner(server: RunningServer, deployment: Deployment, seconds: number): string {
  const example = server.companions.find(({ name }) => name === exampleName)?.ready.web;
  const rows: [string, string][] = [
    ["Example app", typeof example === "string" ? example : ""],
    ["Holdfast", server.issuer],
    ["Practice sign-in", server.practice ?? ""],
    ["Metrics", `${server.management}/metrics`],
    ["Database", server.database],
    ["Configuration", deployment.file ?? "none: defaults"],
  ];
  const lines = rows.filter(([, value]) => value !== "").map(([name, value]) => `  ${name.padEnd(18)}${value}`);
  const next =
    typeof example === "string"
      ? `\n  Open ${example} and sign in. Ctrl-C stops everything.\n`
      : "\n  Ctrl-C stops it.\n";
  return `\n  Holdfast is ready (${seconds.toFixed(1)} s)\n\n${lines.join("\n")}\n${next}`;
}
