import { defineCommand } from "citty";
import { chooseAccount } from "../../accounts/index.ts";
import type { Holdfast } from "../../holdfast.ts";
import { AppError } from "../../http/app-error.ts";
import type { Session } from "../../sessions/index.ts";
import { deploymentArguments } from "../arguments.ts";
import { findKnownUser } from "../find-user.ts";
import { formatTable, print } from "../output.ts";
import { parseLimit } from "../parse-limit.ts";
import { withHoldfast } from "../with-holdfast.ts";
import { explainCommand } from "./explain.ts";
import { describeRevoked, revoke } from "./revoke.ts";

const createCommand = defineCommand({
  meta: {
    name: "create",
    description:
      "Make a real session without a sign-in, for scripts and load tests; refused in production unless enabled",
  },
  args: {
    ...deploymentArguments,
    user: {
      type: "string",
      required: true,
      description: "The person: an e-mail address, made when unknown, or a user id",
      valueHint: "email",
    },
    client: { type: "string", description: "The client to make tokens for. Default: the only one", valueHint: "id" },
    account: { type: "string", description: "The account to act for. Default: the only one", valueHint: "id" },
  },
  run: ({ args }) =>
    withHoldfast(
      args,
      async (holdfast) => {
        const made = await createSession(holdfast, { email: args.user, client: args.client, account: args.account });
        const lines = Object.entries(made).map(([name, value]) => `${name.padEnd(16)}${value}`);
        print(args.json, made, lines.join("\n"));
      },
      ({ config }) => {
        // The option is soon forgotten; an https issuer is where people are.
        const isProduction = config.mode === "production" || config.secure;
        if (isProduction && !config.allowSessionCreate) throw new AppError("command_refused");
      },
    ),
});

interface SessionRequest {
  readonly email: string;
  readonly client: string | undefined;
  readonly account: string | undefined;
}

async function createSession(holdfast: Holdfast, { email, client: clientId, account }: SessionRequest) {
  const client = holdfast.clients.choose(clientId ?? null);
  const source = { requestId: "cli", address: null, userAgent: "holdfast session create" };
  const profile = await profileFor(holdfast, email);
  const { session, cookie } = await holdfast.admission.admit(profile, null, source);
  const { memberships } = await holdfast.admission.memberships(session);
  const membership = chooseAccount(memberships, account ?? null);
  if (!membership) {
    const ids = memberships.map(({ id, name }) => `${id} (${name})`).join(", ");
    throw new AppError("invalid_request", `${email} has several accounts; name one with --account: ${ids}`);
  }
  const started = await holdfast.admission.enter({ client, session, accountId: membership.id, source });
  const answer = await holdfast.grants.issue(client, started.subject);
  return {
    user: session.userId,
    account: membership.id,
    client: client.id,
    ...answer,
    refresh_token: started.refreshToken,
    session_cookie: cookie,
  };
}

/** The identity to sign in as: a person made here, by address, is nobody any provider knows. */
async function profileFor({ users }: Holdfast, name: string) {
  const known = await findKnownUser(users, name);
  const identity = known && (await users.identityOf(known.id));
  if (identity) return identity;
  if (!/^[^\s@]+@[^\s@]+$/.test(name)) {
    throw new AppError("invalid_request", `"${name}" is neither an e-mail address nor the id of a user.`);
  }
  return {
    issuer: "urn:holdfast:session-create",
    subject: name.toLowerCase(),
    provider: "session-create",
    name: name.slice(0, name.indexOf("@")),
    email: name,
    emailVerified: true,
    picture: null,
  };
}

const listCommand = defineCommand({
  meta: { name: "list", description: "Show sessions, newest first" },
  args: {
    ...deploymentArguments,
    user: { type: "string", description: "Only this person's", valueHint: "email" },
    all: { type: "boolean", description: "Also those that have ended" },
    limit: { type: "string", default: "50", description: "How many at most", valueHint: "n" },
  },
  run: ({ args }) =>
    withHoldfast(args, async ({ sessions, users }) => {
      const limit = parseLimit(args.limit);
      const people = args.user === undefined ? [undefined] : (await users.findByEmail(args.user)).map(({ id }) => id);
      const lists = await Promise.all(
        people.map((userId) => sessions.list({ userId, includeEnded: args.all ?? false, limit })),
      );
      const listed = lists.flat();
      const text = listed.length === 0 ? "There are no sessions." : formatTable(head, listed.map(toRow));
      print(args.json, listed.map(toJson), text);
    }),
});

const revokeCommand = defineCommand({
  meta: {
    name: "revoke",
    description: "End a session with all its tokens, everywhere; or all of a person, an account or a client",
  },
  args: {
    ...deploymentArguments,
    session: { type: "positional", required: false, description: "The session's id (sid)" },
    user: { type: "string", description: "End every session of this person instead", valueHint: "email" },
    account: { type: "string", description: "End every grant for this account instead", valueHint: "id" },
    client: { type: "string", description: "End every grant of this client instead", valueHint: "id" },
  },
  run: ({ args: { session, user, account, client, ...args } }) =>
    withHoldfast(args, async (holdfast) => {
      const answer = await revoke(holdfast, { session, user, account, client });
      const whole = answer.revoked.sessions > 0 ? `Ended ${session}.` : "It had already ended.";
      print(args.json, answer, session === undefined ? describeRevoked(answer) : whole);
    }),
});

export const sessionCommand = defineCommand({
  meta: { name: "session", description: "Sessions: create, list, explain, revoke" },
  subCommands: { create: createCommand, list: listCommand, explain: explainCommand, revoke: revokeCommand },
});

const head = ["SESSION", "USER", "PROVIDER", "STARTED", "LAST USED", "STATE"];

function toRow(session: Session): string[] {
  return [
    session.id,
    session.userId,
    session.provider,
    session.createdAt.toISOString(),
    session.lastUsedAt.toISOString(),
    session.revokedReason ?? "live",
  ];
}

function toJson(session: Session) {
  return {
    sid: session.id,
    user: session.userId,
    provider: session.provider,
    started_at: session.createdAt,
    authenticated_at: session.authenticatedAt,
    last_used_at: session.lastUsedAt,
    idle_expires_at: session.idleExpiresAt,
    expires_at: session.expiresAt,
    revoked_at: session.revokedAt,
    revoked_reason: session.revokedReason,
    address: session.address,
    user_agent: session.userAgent,
  };
}
