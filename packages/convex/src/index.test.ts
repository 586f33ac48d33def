import { expect, it } from "vitest";
import * as door from "./index.ts";

it("exports exactly what is promised", () => {
  expect(Object.keys(door).sort()).toEqual(["ConvexProviderWithHoldfast", "connectConvexAuth", "useAuthFromHoldfast"]);
});
