import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { RefreshAnswer } from "@holdfast/protocol";
import type { StartedHoldfast } from "./start.ts";

/** Refreshes one session many times, one after another. Answers with the milliseconds it took. */
export async function refreshRepeatedly(
  { ready, data }: StartedHoldfast,
  { root, times }: { root: string; times: number },
): Promise<number> {
  const command = ["tools/launch.mjs", "holdfast", "session", "create", "--user", "ada@example.com", "--json"];
  const { stdout } = await promisify(execFile)("node", [...command, "--data", data], { cwd: root });
  let token: string = JSON.parse(stdout).refresh_token;
  const begun = performance.now();
  for (let count = 0; count < times; count++) {
    const body = new URLSearchParams({ client_id: "quickstart", refresh_token: token });
    const response = await fetch(`${ready.issuer}/refresh`, { method: "POST", body });
    if (!response.ok) throw new Error(`a refresh was refused: ${response.status} ${await response.text()}`);
    token = ((await response.json()) as RefreshAnswer).refresh_token ?? "";
  }
  return performance.now() - begun;
}
