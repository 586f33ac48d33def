import type { WorldName } from "./worlds.ts";

/** Where a rule lives: in the server, in what a client must do, or nowhere yet; an alternative to one of them. */
export type RuleHome = "server" | "client" | "proposed" | "alternative";

interface RuleEntry {
  readonly home: RuleHome;
  readonly says: string;
  /** What happens instead when it is switched off. */
  readonly without: string;
  /** The world in which its absence shows. */
  readonly witness: WorldName;
}

/** The protocol as data: the verdict table row by row, and what it leans on. Each can be switched off. */
export const rules = {
  malformed: {
    home: "server",
    says: "a token whose tag is wrong is refused",
    without: "whoever holds a token can write another generation into it",
    witness: "forgers",
  },
  unknown: {
    home: "server",
    says: "a token whose handle is not the grant's is refused",
    without: "the server's secret alone makes tokens",
    witness: "insiders",
  },
  revoked: {
    home: "server",
    says: "an ended grant answers nobody",
    without: "the end is written and never looked at",
    witness: "revocation",
  },
  "revoked-first": {
    home: "server",
    says: "whether the grant has ended is asked before the generations are compared",
    without: "it is asked after rows 6 to 10",
    witness: "revocation",
  },
  expired: {
    home: "server",
    says: "a grant past its limit answers nobody",
    without: "limits are written and never looked at",
    witness: "limits",
  },
  unbound: {
    home: "server",
    says: "who cannot prove the client and its binding is refused, and the grant is not harmed",
    without: "the proof is not asked for",
    witness: "bound",
  },
  renewed: {
    home: "server",
    says: "a sender-constrained grant does not rotate",
    without: "it rotates, though its client keeps its token",
    witness: "bound",
  },
  rotated: {
    home: "server",
    says: "the generation in force gets the next",
    without: "the row falls out of the table",
    witness: "client",
  },
  replayed: {
    home: "server",
    says: "the attempt that made the generation in force gets it again, however late",
    without: "the row falls out of the table",
    witness: "client",
  },
  overlapped: {
    home: "server",
    says: "a generation replaced a moment ago gets the one in force",
    without: "the row falls out of the table",
    witness: "client",
  },
  recovered: {
    home: "server",
    says: "a genuine generation that the database has lost is believed",
    without: "the row falls out of the table",
    witness: "failover",
  },
  reused: {
    home: "server",
    says: "anything else ends the grant",
    without: "anything else gets the generation in force",
    witness: "thief",
  },
  "one-statement": {
    home: "server",
    says: "reading, judging and writing are one statement",
    without: "the row is read, judged in the server, and saved whole in a second transaction",
    witness: "revocation",
  },
  "row-lock": {
    home: "server",
    says: "the statement locks the row before it judges",
    without: "it judges by the snapshot it began with, and writes its columns on whatever the row is by then",
    witness: "revocation",
  },
  "commit-before-reply": {
    home: "server",
    says: "an answer leaves after the commit",
    without: "a node can be killed between the reply and the commit",
    witness: "revocation",
  },
  "event-in-statement": {
    home: "server",
    says: "the event is written by the statement that writes the change",
    without: "a node can be killed between the change and its event",
    witness: "client",
  },
  "derived-successor": {
    home: "server",
    says: "the successor of a token is derived from it, so it is the same each time",
    without: "every good answer carries a token made at random",
    witness: "client",
  },
  "attempt-in-row": {
    home: "server",
    says: "the attempt that made the generation in force is stored in its row",
    without: "each node remembers in memory the attempts that it served itself",
    witness: "client",
  },
  "shared-clock": {
    home: "server",
    says: "every node judges by the database's time",
    without: "node B's clock is fast by a tick",
    witness: "client",
  },
  "overlap-of-its-own": {
    home: "server",
    says: "a generation's overlap counts from when that very generation was replaced, or its successor",
    without: "it counts from the grant's last rotation",
    witness: "thief",
  },
  "recovery-fills-the-gap": {
    home: "server",
    says: "after a recovery the generations that the database had lost count as replaced now",
    without: "only one of them does",
    witness: "failover",
  },
  "key-persisted": {
    home: "client",
    says: "an attempt's key is stored before the request leaves",
    without: "a client that starts again makes a new key",
    witness: "client",
  },
  "key-outlives-answer": {
    home: "client",
    says: "the key is cleared after the successor is stored, or with it",
    without: "it is cleared first, and the client can die in between",
    witness: "client",
  },
  "read-with-send": {
    home: "client",
    says: "the stored token is read in the turn in which it is sent",
    without: "a tab can sleep between reading and sending",
    witness: "tabs",
  },
  "highest-generation": {
    home: "client",
    says: "an answer that is older than what is stored is discarded",
    without: "the last answer wins",
    witness: "tabs",
  },
  "overlap-from-use": {
    home: "server",
    says: "an older generation's overlap counts from when its successor was used, not from when the successor was made",
    without: "it counts from when the generation itself was replaced, perhaps days before its successor was received",
    witness: "tabs",
  },
  "replay-restarts-overlap": {
    home: "alternative",
    says: "a replayed generation counts as replaced now: its successor was handed out again now",
    without: "its overlap counts from when the successor was first made, perhaps days before anybody received it",
    witness: "tabs",
  },
  "cookie-per-generation": {
    home: "server",
    says: "each generation has a cookie name of its own; the server takes the highest and clears the lower",
    without: "one cookie, and the last answer to arrive writes it",
    witness: "cookie",
  },
  "latest-clears-key": {
    home: "client",
    says: "an answer clears the pending key only if nothing was sent under that key since",
    without: "any answer clears it",
    witness: "cookie",
  },
  "one-pending-key": {
    home: "client",
    says: "the pending key is stored by compare-and-set, so that tabs which begin at once share one",
    without: "two tabs may each find none and each store one, when the lock between them fails",
    witness: "tabs",
  },
  deadline: {
    home: "server",
    says: "a request says until when its client waits, and is not judged afterwards",
    without: "a request that was held up is judged whenever it arrives",
    witness: "held-up-requests",
  },
  epoch: {
    home: "server",
    says: "an end that was acknowledged outlives a failover: a node ends it again before it judges on the new primary",
    without: "it is in the lost tail, and gone",
    witness: "failover-of-a-revocation",
  },
  "idle-from-promotion": {
    home: "server",
    says: "after a failover the idle limit counts from the promotion at the earliest, for a grant that was in use then or whose own token proves the loss",
    without: "it counts from the last use that survived",
    witness: "failover-near-the-limit",
  },
} as const satisfies Record<string, RuleEntry>;

export type RuleName = keyof typeof rules;
export type RuleSet = Readonly<Record<RuleName, boolean>>;

export const ruleNames: readonly RuleName[] = Object.keys(rules) as RuleName[];

/** All rules, the proposed ones too, without the alternatives to them. */
export const everyRule: RuleSet = rulesWhere((home) => home !== "alternative");

/** The protocol as it is today. */
export const rulesInForce: RuleSet = rulesWhere((home) => home === "server" || home === "client");

/** A set with some rules switched off and others on. */
export function changeRules(base: RuleSet, off: readonly RuleName[], on: readonly RuleName[] = []): RuleSet {
  const changes = [...off.map((name) => [name, false]), ...on.map((name) => [name, true])];
  return { ...base, ...Object.fromEntries(changes) };
}

export function isRuleName(text: string): text is RuleName {
  return Object.hasOwn(rules, text);
}

function rulesWhere(isOn: (home: RuleHome) => boolean): RuleSet {
  return Object.fromEntries(ruleNames.map((name) => [name, isOn(rules[name].home)])) as Record<RuleName, boolean>;
}
