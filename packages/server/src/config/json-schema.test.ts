import { errorCatalogue } from "@holdfast/protocol";
import { expect, it } from "vitest";
import { z } from "zod";
import { client, productionSettings } from "./config.testing.ts";
import { configJsonSchema } from "./config.ts";
import { environmentVariables } from "./environment.ts";

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly description?: string;
  readonly additionalProperties?: unknown;
}

const schema = configJsonSchema() as Node;

/** Every setting by its path, `clients[].tokens.access` for one in a list. */
function settingsOf(node: Node, path = ""): [string, Node][] {
  if (node.items) return settingsOf(node.items, `${path}[]`);
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const at = path ? `${path}.${name}` : name;
    return [[at, child] as [string, Node], ...settingsOf(child, at)];
  });
}

const settings = new Map(settingsOf(schema));

it("reads back as a schema that takes what Holdfast takes and refuses what it refuses", () => {
  const validator = z.fromJSONSchema(schema as never);
  expect(validator.safeParse({}).success).toBe(true);
  expect(validator.safeParse(productionSettings).success).toBe(true);
  for (const wrong of [
    { colour: "red" },
    { port: "x" },
    { port: 70_000 },
    { clients: [{ ...client, tokens: { x: 1 } }] },
  ]) {
    expect(validator.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  }
});

it("has every setting that the environment can set", () => {
  for (const { setting } of environmentVariables) expect([...settings.keys()]).toContain(setting);
});

it("has every setting that the error catalogue sends people to", () => {
  const named = Object.values(errorCatalogue)
    .flatMap(({ action, meaning }) => [
      ...`${action} ${meaning}`.matchAll(/`((?:sessions|tokens|signin|feed)\.\w+|clock\w+)`/g),
    ])
    .map(([, name]) => name);
  expect(named.length).toBeGreaterThan(1);
  const known = [...settings.keys()].flatMap((path) => path.split(".").map((_, at, keys) => keys.slice(at).join(".")));
  expect(known).toEqual(expect.arrayContaining(named));
});

it("explains every setting that is not a group of others", () => {
  const silent = [...settings].filter(([, { description, properties }]) => !description && !properties);
  // A client's own lifetimes and the parts of a companion are explained where they are grouped.
  expect(silent.map(([path]) => path).filter((path) => !/^(clients\[\]\.tokens|companions\[\])\./.test(path))).toEqual(
    [],
  );
});

it("leaves no group open to settings it does not know", () => {
  const open = [...settings].filter(([, node]) => node.properties && node.additionalProperties !== false);
  expect(open.map(([path]) => path)).toEqual([]);
});
