import type { WebhookEventType } from "@holdfast/protocol";
import { z } from "zod";
import { account, client, grant, type PublicEvent, request, session, user, when } from "./catalogue-fields.ts";
import { refreshEvents } from "./catalogue-refresh.ts";

const party = {
  address: z.string().nullish().meta({ description: "The network address the request came from." }),
  user_agent: z.string().nullish().meta({ description: "What the browser or program calls itself." }),
};
const endedBy = z.string().optional().meta({ description: "The service that asked for it, where one did." });
const revokedReason = z.string().meta({ description: "Why it ended: one of the reasons for an end." });
const endingCause = z.string().optional().meta({
  description: "`failover`: it had been ended before; the database lost that line and it was written again.",
});
const limit = z.string().meta({ description: "`idle_limit` or `absolute_limit`." });
const provider = z.string().nullish().meta({ description: "The provider's id in the configuration." });
const role = z.string().meta({ description: "The person's role in the account." });

const peopleEvents = {
  "user.created": {
    summary: "A person signed in for the first time.",
    data: z.object({ ...user, ...request, provider, issuer: z.string().nullish() }),
  },
  "user.disabled": {
    summary: "A person was disabled; their sessions end with it.",
    data: z.object({ ...user, ...request }),
  },
  "user.enabled": { summary: "A disabled person may sign in again.", data: z.object({ ...user, ...request }) },
  "user.deleted": {
    summary: "A person was removed; their sessions end with it.",
    data: z.object({ ...user, ...request }),
  },
  "account.created": {
    summary: "An account was made; `user_id` is its first owner.",
    data: z.object({ ...account, ...user, ...request }),
  },
  "account.closed": {
    summary: "An account was closed; every grant for it ends.",
    data: z.object({ ...account, ...request, reason: z.string().nullish() }),
  },
  "account.reopened": { summary: "A closed account was opened again.", data: z.object({ ...account, ...request }) },
  "member.added": {
    summary: "A person became a member of an account.",
    data: z.object({ ...account, ...user, ...request, role }),
  },
  "member.role_changed": {
    summary: "A member of an account has another role; tokens from here on carry it.",
    data: z.object({ ...account, ...user, ...request, role, former: role }),
  },
  "member.removed": {
    summary: "A person is no longer a member of an account; their grants for it end.",
    data: z.object({ ...account, ...user, ...request }),
  },
} as const;

const sessionEvents = {
  "session.started": {
    summary: "A sign-in became a session.",
    data: z.object({ ...session, ...user, ...request, provider, ...party }),
  },
  "session.reauthenticated": {
    summary: "The same person signed in again in the same browser; the session goes on.",
    data: z.object({ ...session, ...user, ...request, ...party }),
  },
  "session.revoked": {
    summary: "A session was ended, and its tokens with it.",
    data: z.object({ ...session, ...user, ...request, reason: revokedReason, service: endedBy, cause: endingCause }),
  },
  "session.expiring": {
    summary: "A session runs out soon, unless it is used.",
    data: z.object({ ...session, ...user, ends_at: when("When it runs out."), reason: limit }),
  },
  "session.expired": {
    summary: "A session has run out.",
    data: z.object({ ...session, ...user, ended_at: when("When it ran out."), reason: limit }),
  },
  "grant.started": {
    summary: "A client got its first tokens under a session.",
    data: z.object({ ...grant, ...session, ...user, ...account, ...client, ...request, ...party }),
  },
  "grant.account_switched": {
    summary: "A person switched to another account; the client's next tokens are for that one.",
    data: z.object({
      ...grant,
      ...session,
      ...user,
      ...account,
      ...client,
      ...request,
      former: z.uuid().meta({ description: "The account that they were for before." }),
      role,
    }),
  },
  "grant.revoked": {
    summary: "A client's tokens under a session were ended.",
    data: z.object({
      ...grant,
      ...session,
      ...user,
      ...account,
      ...client,
      ...request,
      reason: revokedReason,
      service: endedBy,
      cause: endingCause,
    }),
  },
  "signin.failed": {
    summary: "A sign-in ended with an error.",
    data: z.object({ ...client, ...request, provider, code: z.string().meta({ description: "The error code." }) }),
  },
} as const;

const instanceEvents = {
  "key.created": {
    summary: "A signing key was made and published.",
    data: z.object({
      key: z.string().meta({ description: "Its `kid`." }),
      activates_at: when("When it begins to sign."),
    }),
  },
  "key.retired": {
    summary: "A signing key was given its last day.",
    data: z.object({
      key: z.string().meta({ description: "Its `kid`." }),
      retires_at: when("When it leaves the key set."),
    }),
  },
  "webhook.failing": {
    summary: "An endpoint has failed for an hour. It is still tried.",
    data: z.object({
      webhook_id: z.uuid(),
      failing_since: when("Since when every attempt has failed."),
      status: z.int().nullish().meta({ description: "What it last answered, if it did." }),
      error: z.string().nullish().meta({ description: "What went wrong last, in a few words." }),
    }),
  },
  "webhook.disabled": {
    summary: "An endpoint was disabled; it gets nothing more until it is enabled.",
    data: z.object({
      webhook_id: z.uuid(),
      reason: z.string().meta({ description: "`gone` (it answered 410), `failing` (for days) or `operator`." }),
    }),
  },
  "webhook.test": {
    summary: "Sent by `holdfast webhook test`, to see whether an endpoint works.",
    data: z.object({ webhook_id: z.uuid(), text: z.string() }),
  },
} as const;

/** What each event tells outside, with a schema of its `data` that grows and never shrinks within a version. */
export const eventCatalogue: Readonly<Record<WebhookEventType, PublicEvent>> = {
  ...peopleEvents,
  ...sessionEvents,
  ...refreshEvents,
  ...instanceEvents,
} satisfies Record<WebhookEventType, PublicEvent>;

/** The version of every schema in the catalogue. */
export const catalogueVersion = 1;
