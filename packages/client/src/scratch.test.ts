import { it } from "vitest";
import { runSchedule } from "./testing/schedules/run-schedule.ts";

it("x", async () => {
  try {
    await runSchedule(
      [
        { do: "spoil", fault: "unreachable", times: 1 },
        { do: "open" },
        { do: "revoke" },
        { do: "sign in", tab: 0, person: "ada" },
      ] as never,
      { storage: "local", browser: { locks: false, channel: false }, seed: 0 },
    );
  } catch (_e) {}
});
