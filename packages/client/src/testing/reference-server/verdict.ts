import type { Milliseconds } from "../../env.ts";
import type { Grant, PresentedToken } from "./grant.ts";

/** What is decided about a presented refresh token: the words of the protocol. */
export type RefreshVerdict =
  | "malformed"
  | "unknown"
  | "revoked"
  | "expired"
  | "unbound"
  | "renewed"
  | "rotated"
  | "replayed"
  | "overlapped"
  | "recovered"
  | "reused";

/** A refresh token as it comes in. */
export interface Presentation {
  /** Null: malformed. */
  readonly token: PresentedToken | null;
  readonly clientId: string;
  readonly idempotencyKey: string | null;
  /** The key of the DPoP proof beside it, or null. */
  readonly provedKey: string | null;
}

export interface RotationRules {
  /** Milliseconds for which a replaced token still answers. */
  readonly overlap: Milliseconds;
  /** Milliseconds without use after which a grant is over. */
  readonly idle: Milliseconds;
}

const remembered = 10;

/** The verdict table: the first rule that fits decides (decision 3, "The verdicts"). */
export function judge(
  grant: Grant | null,
  { token, clientId, idempotencyKey, provedKey }: Presentation,
  { overlap }: RotationRules,
  now: Milliseconds,
): RefreshVerdict {
  if (!token) return "malformed";
  if (!grant || grant.handle !== token.handle) return "unknown";
  if (grant.revoked !== null) return "revoked";
  if (grant.idleExpiresAt <= now || grant.expiresAt <= now) return "expired";
  if (grant.clientId !== clientId || grant.binding !== provedKey) return "unbound";
  if (grant.binding !== null) return "renewed";
  if (token.generation === grant.generation) return "rotated";
  const isSameAttempt = idempotencyKey !== null && idempotencyKey === grant.attempt;
  if (token.generation === grant.generation - 1 && isSameAttempt) return "replayed";
  if (token.generation < grant.generation && now - lastUsed(grant, token.generation) < overlap) return "overlapped";
  return token.generation > grant.generation ? "recovered" : "reused";
}

/** From when a token's overlap counts: its successor's use, or, while that is unused, its own replacement. */
function lastUsed({ generation, replacedAt }: Grant, presented: number): Milliseconds {
  const counted = presented === generation - 1 ? presented : presented + 1;
  return replacedAt[generation - 1 - counted] ?? Number.NEGATIVE_INFINITY;
}

/** Does to the grant what the verdict says. */
export function applyVerdict(
  grant: Grant,
  verdict: RefreshVerdict,
  { token, idempotencyKey }: Presentation,
  { idle }: RotationRules,
  now: Milliseconds,
): void {
  if (verdict === "reused") grant.revoked = "reuse_detected";
  if (!isGood(verdict)) return;
  grant.idleExpiresAt = now + idle;
  if (token && (verdict === "rotated" || verdict === "recovered")) {
    const lost = Array.from({ length: token.generation - grant.generation + 1 }, () => now);
    grant.replacedAt = [...lost, ...grant.replacedAt].slice(0, remembered);
    grant.generation = token.generation + 1;
    grant.attempt = idempotencyKey;
  }
}

/** Whether the verdict is followed by tokens. */
export function isGood(verdict: RefreshVerdict): boolean {
  return ["renewed", "rotated", "replayed", "overlapped", "recovered"].includes(verdict);
}
