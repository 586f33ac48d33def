import { expect, it } from "vitest";
import * as door from "./index.ts";

it("exports exactly what is promised", () => {
  expect(Object.keys(door).sort()).toEqual([
    "AppError",
    "configJsonSchema",
    "createHoldfast",
    "createManualClock",
    "defineConfig",
    "environmentVariables",
    "listen",
    "loadConfigFile",
    "parseConfig",
    "startEmbeddedPostgres",
    "systemClock",
  ]);
});
