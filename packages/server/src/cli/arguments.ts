import type { ArgsDef } from "citty";

/** What every command takes. */
export const commonArguments = {
  config: {
    type: "string",
    description: "The configuration file. Default: holdfast.config.{ts,js,mjs,json} here, if there is one",
    valueHint: "file",
  },
  data: {
    type: "string",
    description: "The data directory of the embedded PostgreSQL. Default: .holdfast (or HOLDFAST_DATA)",
    valueHint: "directory",
  },
  json: { type: "boolean", description: "Print one JSON line, for programs" },
} as const satisfies ArgsDef;

/** What the commands that look into a deployment take: which kind it is decides what its configuration must have. */
export const deploymentArguments = {
  ...commonArguments,
  production: { type: "boolean", description: "Read the configuration as `holdfast start` does, not as `dev` does" },
} as const satisfies ArgsDef;
