import { it } from "vitest";
import { runSchedule } from "./testing/schedules/run-schedule.ts";
it("x", async () => {
  try {
    await runSchedule([{"do":"spoil","fault":"unreachable","times":2},{"do":"sign in","tab":0,"person":"ada"},{"do":"sign out","tab":0},{"do":"open"},{"do":"close","tab":0}] as never, { storage: "cookie", browser: { locks: false }, seed: 0 });
  } catch (e) { console.log((e as any).trace ?? (e as Error).message); console.log(Object.keys(e as object)); }
});
