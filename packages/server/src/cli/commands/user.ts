import { defineCommand } from "citty";
import { deploymentArguments } from "../arguments.ts";
import { findUser } from "../find-user.ts";
import { print } from "../output.ts";
import { withHoldfast } from "../with-holdfast.ts";

const userArguments = {
  ...deploymentArguments,
  user: { type: "positional", required: true, description: "The person: a user id, or a verified e-mail address" },
} as const;

const disableCommand = defineCommand({
  meta: { name: "disable", description: "End every session of a person, and let them in no more" },
  args: userArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ users }) => {
      const user = await findUser(users, args.user);
      await users.disable(user.id);
      print(args.json, { user: user.id, disabled: true }, `${args.user} is disabled; every session has ended.`);
    }),
});

const enableCommand = defineCommand({
  meta: { name: "enable", description: "Let a disabled person sign in again" },
  args: userArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ users }) => {
      const user = await findUser(users, args.user);
      await users.enable(user.id);
      print(args.json, { user: user.id, disabled: false }, `${args.user} may sign in again.`);
    }),
});

export const userCommand = defineCommand({
  meta: { name: "user", description: "People: disable, enable" },
  subCommands: { disable: disableCommand, enable: enableCommand },
});
