import { configJsonSchema, environmentVariables } from "@holdfast/server";
import { describeSchema, type Setting } from "./json-schema.ts";
import { code, formatPage, formatTable } from "./markdown.ts";

/** What a group of settings is about. A group without words here fails the build. */
const groups: Readonly<Record<string, string>> = {
  "": "The instance itself.",
  management: "The operator's port: metrics, and a health check. Never put it on the internet.",
  database: "Where everything is kept.",
  brand: "What people see.",
  providers: "A list. See [Add a provider](/guides/add-a-provider/).",
  clients:
    "A list. See [Connect a single-page app](/guides/single-page-app/) and [Clients that keep their refresh token](/guides/clients-that-keep-their-token/).",
  services: "A list. See [Protect an API](/guides/protect-an-api/).",
  signin: "See [Sign-in](/concepts/sign-in/).",
  sessions: "See [Lifetimes](/concepts/lifetimes/).",
  tokens: "Defaults of all clients. See [Lifetimes](/concepts/lifetimes/).",
  keys: "Signing keys. See [Keys and secrets](/concepts/keys-and-secrets/).",
  history: "See [Lifetimes](/concepts/lifetimes/#what-is-kept-and-how-long).",
  feed: "See [Revocation and the feed](/concepts/revocation/).",
  metrics: "See [Production](/guides/production/#metrics).",
  limits: "How often one caller may. See [Production](/guides/production/#limits).",
  outbound: "Requests to addresses that others choose. See [Webhooks](/guides/webhooks/#where-requests-may-go).",
  webhooks: "See [Webhooks](/guides/webhooks/).",
  shutdown: "See [Production](/guides/production/#deploying).",
  logs: "JSON lines on standard output; for people in development.",
  companions: "A list, for `holdfast dev` only.",
};

/** The configuration reference, from the schema that reads the configuration. */
export function configurationPage(): string {
  const settings = describeSchema(configJsonSchema());
  const found = [...new Set(settings.map(({ group }) => group))];
  const unknown = found.filter((group) => !(group in groups));
  if (unknown.length > 0) throw new Error(`no words for the group of settings: ${unknown.join(", ")}`);
  const variables = new Map(environmentVariables.map(({ name, setting }) => [setting, name]));
  const strangers = [...variables.keys()].filter((setting) => !settings.some(({ path }) => path === setting));
  if (strangers.length > 0) throw new Error(`variables for settings that do not exist: ${strangers.join(", ")}`);

  return formatPage({
    title: "Configuration",
    description: "Every setting of Holdfast: file, environment variable, default, meaning.",
    body: [
      ...introduction,
      ...found.flatMap((group) => [
        `## ${group === "" ? "Top level" : code(group)}`,
        groups[group] ?? "",
        formatTable(
          ["Setting", "Takes", "Default", "Meaning"],
          settings.filter((setting) => setting.group === group).map((setting) => toRow(setting, variables)),
        ),
      ]),
      "## Environment variables",
      "Each can be given as `NAME_FILE` instead: the path of a file that holds the value, as container platforms mount secrets. `<ID>` is the id in capitals, with `_` for everything but letters and digits: the client `my-app` has `HOLDFAST_CLIENT_MY_APP_SECRET`.",
      formatTable(
        ["Variable", "Setting"],
        environmentVariables.map(({ name, setting }) => [code(name), code(setting)]),
      ),
      "`HOLDFAST_SECRET_PREVIOUS` takes several secrets, separated by commas or spaces. `HOLDFAST_CONFIG` names the configuration file, as `--config` does.",
    ],
  });
}

const introduction = [
  "A configuration is one file and the environment over it. The file is the one named with `--config` or `HOLDFAST_CONFIG`, or else the first of `holdfast.config.ts`, `.js`, `.mjs` and `.json` in the working directory; without any, defaults hold.",
  [
    '```ts title="holdfast.config.ts"',
    'import { defineConfig } from "@holdfast/server";',
    "",
    "export default defineConfig({",
    '  issuer: "https://id.example.com",',
    "  providers: [",
    '    { id: "google", issuer: "https://accounts.google.com", clientId: "…" },',
    "  ],",
    "  clients: [",
    "    {",
    '      id: "app",',
    '      audience: "https://api.example.com",',
    '      signin: { success: "https://app.example.com/" },',
    "    },",
    "  ],",
    "});",
    "```",
  ].join("\n"),
  'It is read once, with one schema. `holdfast config check` reports every problem at once, by name, without starting anything; a setting or a `HOLDFAST_…` variable that does not exist is a problem too. `holdfast config schema` prints the JSON Schema for your editor. A length of time is `"90s"`, `"15m"`, `"12h"`, `"30d"`, or a number of seconds.',
];

function toRow({ path, group, takes, fallback, isRequired, description }: Setting, variables: Map<string, string>) {
  const variable = variables.get(path);
  const name = group === "" ? path : path.slice(group.length).replace(/^(\[\])?\.?/, "");
  return [
    code(name),
    takes,
    isRequired ? "**required**" : fallback,
    variable === undefined || description.includes(variable)
      ? description
      : `${description} From the environment: \`${variable}\`.`,
  ];
}
