import { defineCommand } from "citty";
import type { Grant } from "../../grants/index.ts";
import { deploymentArguments } from "../arguments.ts";
import { findUser } from "../find-user.ts";
import { formatTable, print } from "../output.ts";
import { parseLimit } from "../parse-limit.ts";
import { withHoldfast } from "../with-holdfast.ts";
import { describeRevoked, revoke } from "./revoke.ts";

const listCommand = defineCommand({
  meta: { name: "list", description: "Show grants, newest first: which clients have tokens for whom" },
  args: {
    ...deploymentArguments,
    session: { type: "string", description: "Only those under this session", valueHint: "id" },
    user: { type: "string", description: "Only this person's", valueHint: "email" },
    account: { type: "string", description: "Only those for this account", valueHint: "id" },
    client: { type: "string", description: "Only this client's", valueHint: "id" },
    all: { type: "boolean", description: "Also those that have ended" },
    limit: { type: "string", default: "50", description: "How many at most", valueHint: "n" },
  },
  run: ({ args }) =>
    withHoldfast(args, async ({ grants, users }) => {
      const listed = await grants.list({
        userId: args.user === undefined ? undefined : (await findUser(users, args.user)).id,
        sessionId: args.session,
        accountId: args.account,
        clientId: args.client,
        includeEnded: args.all,
        limit: parseLimit(args.limit),
      });
      const text = listed.length === 0 ? "There are no grants." : formatTable(head, listed.map(toRow));
      print(args.json, listed.map(toJson), text);
    }),
});

const revokeCommand = defineCommand({
  meta: { name: "revoke", description: "End one client's tokens under one session; the session lives on" },
  args: {
    ...deploymentArguments,
    grant: { type: "positional", required: true, description: "The grant's id (grant_id)" },
  },
  run: ({ args }) =>
    withHoldfast(args, async (holdfast) => {
      const answer = await revoke(holdfast, { grant: args.grant });
      print(args.json, answer, describeRevoked(answer));
    }),
});

export const grantCommand = defineCommand({
  meta: { name: "grant", description: "Grants: list, revoke" },
  subCommands: { list: listCommand, revoke: revokeCommand },
});

const head = ["GRANT", "CLIENT", "SESSION", "USER", "ACCOUNT", "LAST USED", "STATE"];

function toRow(grant: Grant): string[] {
  return [
    grant.id,
    grant.clientId,
    grant.sessionId,
    grant.userId,
    grant.accountId,
    (grant.usedAt ?? grant.createdAt).toISOString(),
    grant.revokedReason ?? "live",
  ];
}

function toJson(grant: Grant) {
  return {
    grant: grant.id,
    client: grant.clientId,
    sid: grant.sessionId,
    user: grant.userId,
    account: grant.accountId,
    role: grant.role,
    scope: grant.scope,
    audience: grant.resource,
    generation: grant.generation,
    started_at: grant.createdAt,
    last_used_at: grant.usedAt,
    idle_expires_at: grant.idleExpiresAt,
    expires_at: grant.expiresAt,
    revoked_at: grant.revokedAt,
    revoked_reason: grant.revokedReason,
  };
}
