import { defineCommand } from "citty";
import { deploymentArguments } from "../arguments.ts";
import { print } from "../output.ts";
import { withHoldfast } from "../with-holdfast.ts";

const closeCommand = defineCommand({
  meta: { name: "close", description: "Close an account: every token for it ends, and nobody can sign in for it" },
  args: {
    ...deploymentArguments,
    account: { type: "positional", required: true, description: "The account's id" },
    reason: { type: "string", default: "closed by the operator", description: "Why; it stands in the event" },
  },
  run: ({ args }) =>
    withHoldfast(args, async ({ accounts }) => {
      await accounts.close(args.account, args.reason);
      print(args.json, { account: args.account, closed: true }, `Account ${args.account} is closed.`);
    }),
});

export const accountCommand = defineCommand({
  meta: { name: "account", description: "Accounts: close" },
  subCommands: { close: closeCommand },
});
