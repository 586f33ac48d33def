import { code } from "./markdown.ts";

/** One setting of the configuration, ready to be read. */
export interface Setting {
  /** `clients[].signin.success` */
  readonly path: string;
  /** The part of the configuration it belongs to: `clients`; empty for the top level. */
  readonly group: string;
  /** What it takes, in Markdown. */
  readonly takes: string;
  /** Its default, in Markdown; empty for none. */
  readonly fallback: string;
  readonly isRequired: boolean;
  readonly description: string;
}

/** As much of JSON Schema as the configuration's uses. */
interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly anyOf?: readonly Schema[];
}

/** Lists every setting of an object's schema, depth first, in the schema's own order. */
export function describeSchema(schema: Record<string, unknown>): Setting[] {
  return walk(schema as Schema, "", "");
}

function walk(schema: Schema, prefix: string, group: string): Setting[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = prefix + name;
    const isGroup = group === "" && (property.properties !== undefined || property.items?.properties !== undefined);
    const inner = isGroup ? path : group;
    if (property.properties) return walk(property, `${path}.`, inner);
    if (property.items?.properties) return walk(property.items, `${path}[].`, inner);
    const isRequired = (schema.required?.includes(name) ?? false) && property.default === undefined;
    return [toSetting(property, { path, group, isRequired })];
  });
}

function toSetting(schema: Schema, place: Pick<Setting, "path" | "group" | "isRequired">): Setting {
  const { default: fallback, description = ownWords(place.path) } = schema;
  // Words are owed for every setting, or the page is worth nothing.
  if (description === undefined) throw new Error(`${place.path} has no description`);
  return {
    ...place,
    takes: takesOf(schema),
    fallback: fallback === undefined || fallback === "" ? "" : code(JSON.stringify(fallback)),
    description,
  };
}

/** For what the schema leaves to its neighbours' words. */
function ownWords(path: string): string | undefined {
  if (path.startsWith("clients[].tokens."))
    return `This client's, where it differs from \`${path.slice("clients[].".length)}\`.`;
  if (path === "companions[].name") return "Names it in the log.";
  if (path === "companions[].env")
    return "Its environment, beside `HOLDFAST_ISSUER` and ours without what configures Holdfast.";
  return undefined;
}

function takesOf(schema: Schema): string {
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((value) => code(JSON.stringify(value))).join(", ");
  if (schema.anyOf) return takesOfUnion(schema.anyOf);
  if (schema.type === "array") return `list of ${takesOf(schema.items ?? {})}`;
  if (schema.type === "object") return "names and values";
  if (schema.type === "integer" || schema.type === "number") return `number${rangeOf(schema)}`;
  if (schema.format === "uri") return "URL";
  if (schema.type === "boolean") return "true or false";
  return "text";
}

function takesOfUnion(options: readonly Schema[]): string {
  if (options.some((option) => option.const !== undefined)) return options.map(takesOf).join(", or ");
  const types = options.map(({ type }) => type).join();
  if (types === "integer,string") return "length of time";
  if (types === "string,array") return "text, or a list";
  if (types === "string,boolean") return "true or false";
  throw new Error(`the reference has no words for ${JSON.stringify(options)}`);
}

function rangeOf({ minimum, maximum }: Schema): string {
  // Integers without a limit of their own have JavaScript's.
  const highest = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (minimum === undefined && highest === undefined) return "";
  return highest === undefined ? `, ${minimum} or more` : `, ${minimum ?? "…"} to ${highest}`;
}
