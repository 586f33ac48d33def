import {
  type AccessTokenClaims,
  type EventType,
  eventTypes,
  type RevokedReason,
  revokedReasons,
} from "@holdfast/protocol";
import { code, formatPage, formatTable } from "./markdown.ts";

/** What each line of the lifecycle log says. The compiler misses the words for a new type. */
const events: Readonly<Record<EventType, string>> = {
  "user.created": "A person signed in for the first time. `data.issuer` says through whom.",
  "user.disabled": "A person was disabled; their sessions end with it.",
  "user.enabled": "A disabled person may sign in again.",
  "user.deleted": "A person was removed; their sessions end with it.",
  "account.created": "An account was made, with its first owner.",
  "account.closed": "An account was closed; every grant for it ends. `data.reason` says why.",
  "account.reopened": "A closed account was opened again.",
  "member.added": "A person became a member of an account, with `data.role`.",
  "member.role_changed": "A member has another role, `data.role`; it was `data.former`.",
  "member.removed": "A person is no longer a member; their grants for the account end.",
  "session.started": "A sign-in became a session. `data` has provider, address and user agent.",
  "session.reauthenticated": "The same person signed in again in the same browser; the session goes on.",
  "session.refreshed": "Verdict `rotated`: a refresh token was replaced by its successor.",
  "session.replayed": "Verdict `replayed`: a retry of the same attempt got the same successor again.",
  "session.overlapped": "Verdict `overlapped`: a token replaced moments ago got the current one.",
  "session.renewed":
    "Verdict `renewed`: an access token where nothing rotates: for such a client, or a grant that is bound to a key.",
  "session.recovered":
    "Verdict `recovered`: a token from the database's lost future was honoured. Look at your failover.",
  "session.reuse_detected": "Verdict `reused`: a token replaced long ago came back. `data` has the evidence.",
  "session.revoked": "A session ended, for `data.reason`. Followers of the feed are told.",
  "grant.started": "A client got its first tokens under a session.",
  "grant.account_switched":
    "A person switched to another account: the grant's next tokens are for it. `data.former` was the account before.",
  "grant.revoked": "A grant ended, for `data.reason`. Followers of the feed are told.",
  "token.refused": "A refresh was refused: `data.verdict` and `data.reason` say why.",
  "signin.failed": "A sign-in ended with `data.code`; `data.cause` is what the provider said.",
  "key.created": "A signing key was made; `data.activates_at` says when it signs. Followers are told.",
  "session.expiring": "A session runs out soon, at `data.ends_at`, unless it is used.",
  "session.expired": "A session has run out, at `data.ended_at`.",
  "webhook.failing": "A webhook has failed for an hour.",
  "webhook.disabled": "A webhook was disabled, for `data.reason`.",
  "key.retired": "A signing key was given a last day, `data.retires_at`.",
};

const reasons: Readonly<Record<RevokedReason, string>> = {
  signed_out: "The person signed out.",
  session_revoked: "Someone with the right to do so ended it.",
  replaced: "Someone else signed in, in the same browser.",
  reuse_detected: "A used refresh token came back.",
  user_disabled: "The person was disabled.",
  user_deleted: "The person was removed.",
  account_closed: "The account was closed.",
  member_removed: "The person is no longer a member of the account.",
  token_revoked: "The app gave its tokens back (RFC 7009).",
  compromised: "Somebody else may have the tokens, says a back office.",
  credentials_changed: "The person's password or other credentials changed, says a back office.",
};

type Claim = readonly [type: string, meaning: string];

const claims: Readonly<Record<keyof AccessTokenClaims, Claim>> = {
  iss: ["URL", "The issuer, compared as an exact string."],
  sub: ["UUID", "The user."],
  aud: ["text, or a list", "The services the token is for: the client's `audience`."],
  exp: ["seconds", "When it stops being valid."],
  iat: ["seconds", "When it was issued."],
  jti: ["text", "The token's own id."],
  client_id: ["text", "The client it was issued to."],
  sid: ["UUID", "The session. When it ends, the token is refused at once."],
  grant_id: ["UUID", "The grant: this client's lineage under the session. When it ends, the token is refused at once."],
  scope: ["text", "Separated by spaces; the client's `scope`."],
  account: ["UUID", "The account the person acts for."],
  role: ["text", "The person's role in that account."],
  auth_time: ["seconds", "When the person last proved who they are."],
  cnf: [
    "object",
    "Of a token that is bound to a key only: `jkt`, the key's thumbprint. See [Sender-constrained tokens](/guides/dpop/).",
  ],
};

/** Events, why sessions end, and the claims of an access token. */
export function eventsPage(): string {
  return formatPage({
    title: "Events and claims",
    description: "Every line of the lifecycle log, every reason for an end, every claim of an access token.",
    body: [
      "## Claims of an access token",
      "A JWT of type `at+jwt` (RFC 9068), signed with ES256. Times are whole seconds since 1970-01-01T00:00:00Z. All are always there.",
      formatTable(
        ["Claim", "Holds", "Meaning"],
        Object.entries(claims).map(([name, rest]) => [code(name), ...rest]),
      ),
      "## Events",
      "The lifecycle log is the table `events`. A line is written in the same transaction as the change it tells of: neither exists without the other. Each has the time, the ids it concerns (session, grant, user, account, client), the id of the request, and `data`. No token and no secret is ever in one.",
      formatTable(
        ["Event", "Meaning"],
        eventTypes.map((type) => [code(type), events[type]]),
      ),
      "## Why a session or a grant ended",
      "The `reason` of `session.revoked` and `grant.revoked`. A client that refreshes is told enough to explain it, not who did it: `replaced`, `member_removed` and those that a back office or the app gives reach it as `session_revoked`, `user_deleted` as `user_disabled`.",
      formatTable(
        ["Reason", "Meaning"],
        revokedReasons.map((reason) => [code(reason), reasons[reason]]),
      ),
    ],
  });
}
