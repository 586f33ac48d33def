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
    "eventCatalogue",
    "findWarnings",
    "listen",
    "loadConfigFile",
    "parseConfig",
    "startEmbeddedPostgres",
    "systemClock",
  ]);
});
