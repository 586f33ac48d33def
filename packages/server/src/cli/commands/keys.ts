import { defineCommand } from "citty";
import { AppError } from "../../http/app-error.ts";
import type { KeyStatus } from "../../keys/index.ts";
import { deploymentArguments } from "../arguments.ts";
import { formatTable, print } from "../output.ts";
import { withHoldfast } from "../with-holdfast.ts";

const listCommand = defineCommand({
  meta: { name: "list", description: "Show the signing keys: which signs, which comes next, which still verify" },
  args: deploymentArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ keys, setSigners }) => {
      const listed = [...keys.list(), ...(setSigners?.list() ?? [])];
      print(args.json, listed.map(toJson), formatTable(head, listed.map(toRow)));
    }),
});

const rotateCommand = defineCommand({
  meta: { name: "rotate", description: "Make the next signing key; it is published before it signs" },
  args: {
    ...deploymentArguments,
    now: {
      type: "boolean",
      description: "Let it sign within seconds: after a leak. Verifiers look again by themselves when they meet it",
    },
    signals: { type: "boolean", description: "The key of security event tokens (RS256), not that of access tokens" },
  },
  run: ({ args }) =>
    withHoldfast(args, async ({ keys, setSigners }) => {
      const rotated = args.signals ? setSigners : keys;
      if (!rotated) throw new AppError("invalid_request", "No service may receive signals: there is no key for them.");
      const key = await rotated.rotate({ isUrgent: args.now ?? false });
      print(args.json, toJson(key), `Key ${key.id} is published and signs from ${key.activatesAt.toISOString()}.`);
    }),
});

export const keysCommand = defineCommand({
  meta: { name: "keys", description: "Signing keys: list, rotate" },
  subCommands: { list: listCommand, rotate: rotateCommand },
});

const head = ["KEY", "ALG", "STATUS", "SIGNS FROM", "LEAVES"];

function toRow({ id, algorithm, status, activatesAt, retiresAt }: KeyStatus): string[] {
  return [id, algorithm, status, activatesAt.toISOString(), retiresAt?.toISOString() ?? "-"];
}

function toJson({ id, algorithm, status, createdAt, activatesAt, retiresAt }: KeyStatus) {
  return { id, algorithm, status, created_at: createdAt, activates_at: activatesAt, retires_at: retiresAt };
}
