import { readFileSync } from "node:fs";
import { defineCommand } from "citty";
import { AppError } from "../../http/app-error.ts";
import { deploymentArguments } from "../arguments.ts";
import { print } from "../output.ts";
import { withHoldfast } from "../with-holdfast.ts";
import { endpointToJson, readList, webhookArguments } from "./webhook-text.ts";

export const addCommand = defineCommand({
  meta: { name: "add", description: "Make an endpoint, and show its secret, once" },
  args: {
    ...deploymentArguments,
    url: { type: "positional", required: true, description: "Where to send: an https address" },
    events: {
      type: "string",
      required: true,
      description: "What to tell of: types and wildcards, such as session.revoked,user.*",
      valueHint: "types",
    },
    clients: { type: "string", description: "Only what is about these clients", valueHint: "ids" },
    accounts: { type: "string", description: "Only what is about these accounts", valueHint: "ids" },
    description: { type: "string", description: "What it is, for people", valueHint: "text" },
    signature: {
      type: "string",
      default: "v1",
      description: "v1 (HMAC with a shared secret) or v1a (Ed25519: the receiver has a public key only)",
      valueHint: "scheme",
    },
    "secret-file": {
      type: "string",
      description: "A file with the whsec_ secret the receiver has already",
      valueHint: "file",
    },
  },
  run: ({ args }) =>
    withHoldfast(args, async ({ webhooks }) => {
      const { endpoint, secret } = await webhooks.create({
        url: args.url,
        events: readList(args.events),
        clients: readList(args.clients),
        accounts: readList(args.accounts),
        description: args.description,
        scheme: readScheme(args.signature),
        secret: readSecret(args["secret-file"]),
      });
      const text = [
        `Webhook ${endpoint.id} is made.`,
        `${secret.startsWith("whpk_") ? "Public key" : "Secret, shown only now"}: ${secret}`,
        ...warnings(endpoint.events),
      ];
      print(args.json, { ...endpointToJson(endpoint), secret }, text.join("\n"));
    }),
});

export const rotateSecretCommand = defineCommand({
  meta: { name: "rotate-secret", description: "Make a new secret; the former one signs beside it for a time" },
  args: {
    ...webhookArguments,
    keep: {
      type: "string",
      default: "24",
      description: "Hours for which the former one signs as well; 0 ends it now, after a leak",
      valueHint: "hours",
    },
  },
  run: ({ args }) =>
    withHoldfast(args, async ({ webhooks }) => {
      const hours = Number(args.keep);
      if (!/^\d+(\.\d+)?$/.test(args.keep) || hours > 24 * 30) {
        throw new AppError("invalid_request", "--keep is not a number of hours from 0 to 720.");
      }
      const { secret } = await webhooks.rotateSecret(args.webhook, hours * 3_600);
      const former = hours === 0 ? "The former one signs no more." : `The former one signs as well for ${hours} hours.`;
      print(args.json, { webhook: args.webhook, secret }, `Shown only now: ${secret}\n${former}`);
    }),
});

function readScheme(text: string): "v1" | "v1a" {
  if (text !== "v1" && text !== "v1a") throw new AppError("invalid_request", "--signature is neither v1 nor v1a.");
  return text;
}

/** From a file: what stands on a command line stays in the shell's history. */
function readSecret(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new AppError("invalid_request", `--secret-file: ${path} cannot be read.`, { cause });
  }
}

function warnings(events: readonly string[]): string[] {
  if (!events.some((pattern) => ["*", "session.*", "session.refreshed"].includes(pattern))) return [];
  return ["It hears of every refresh as well: thousands of messages a minute on a busy server."];
}
