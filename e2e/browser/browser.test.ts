/** The faults that a real browser can be made to have, with what `npm start` runs behind it. */
import { afterAll, beforeAll, describe } from "vitest";
import { describeClocks } from "./clocks.ts";
import { describeEndings } from "./endings.ts";
import { describeLifecycles } from "./lifecycles.ts";
import { describeNetworks } from "./networks.ts";
import { describeStorages } from "./storages.ts";
import { type Stack, startStack } from "./support/stack.ts";
import { describeTabs } from "./tabs.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.close());

describe("tabs", () => describeTabs(() => stack));
describe("networks", () => describeNetworks(() => stack));
describe("lifecycles", () => describeLifecycles(() => stack));
describe("clocks", () => describeClocks(() => stack));
describe("storages", () => describeStorages(() => stack));
describe("endings", () => describeEndings(() => stack));
