import type { RefreshVerdict } from "@holdfast/protocol";

/** A presented generation, under a key, and what is wrong with it. */
export interface ModelPresentation {
  readonly generation: number;
  readonly key: string | null;
  /** Not our tag, not the grant's handle, no proof of the client, or another client's. */
  readonly flaw: "tag" | "handle" | "proof" | "client" | null;
}

interface Limits {
  readonly overlapMs: number;
  readonly idleMs: number;
  readonly rotates: boolean;
}

interface Row {
  readonly generation: number;
  readonly attempt: string | null;
  readonly idleUntil: number;
  readonly isRevoked: boolean;
  readonly replaced: readonly { readonly generation: number; readonly at: number }[];
}

const remembered = 10;

/** The verdict table, written a second time and more slowly: what the statement must agree with. */
export function createVerdictModel({ overlapMs, idleMs, rotates }: Limits, start: number) {
  let row: Row = { generation: 1, attempt: null, idleUntil: start + idleMs, isRevoked: false, replaced: [] };
  let replica = row;
  let promotedAt: number | null = null;
  let newest = 1;

  function isIdle(presented: number, at: number): boolean {
    const wasInUse = promotedAt !== null && (row.idleUntil > promotedAt || presented > row.generation);
    return at >= (wasInUse && promotedAt !== null ? Math.max(row.idleUntil, promotedAt + idleMs) : row.idleUntil);
  }

  /** Whether a generation is within its overlap: from when its successor was used, or, unused, from when it was made. */
  function isOverlapping(presented: number, at: number): boolean {
    const counted = presented === row.generation - 1 ? presented : presented + 1;
    const since = row.replaced.find(({ generation }) => generation === counted)?.at;
    return since !== undefined && at - since < overlapMs;
  }

  function judge({ generation, key, flaw }: ModelPresentation, at: number): RefreshVerdict {
    if (flaw === "tag") return "malformed";
    if (flaw === "handle") return "unknown";
    if (row.isRevoked) return "revoked";
    if (isIdle(generation, at)) return "expired";
    if (flaw !== null) return "unbound";
    if (!rotates) return "renewed";
    if (generation === row.generation) return "rotated";
    if (generation === row.generation - 1 && key !== null && key === row.attempt) return "replayed";
    if (generation < row.generation && isOverlapping(generation, at)) return "overlapped";
    return generation > row.generation ? "recovered" : "reused";
  }

  function rotate({ generation, key }: ModelPresentation, at: number): Row {
    const lost = Array.from({ length: generation - row.generation + 1 }, (_, index) => generation - index);
    const replaced = [...lost.map((each) => ({ generation: each, at })), ...row.replaced].slice(0, remembered);
    return { ...row, generation: generation + 1, attempt: key, replaced };
  }

  return {
    get generation() {
      return row.generation;
    },
    /** The highest generation ever handed out, whether or not the database still knows of it. */
    get newest() {
      return newest;
    },
    present(presentation: ModelPresentation, at: number): RefreshVerdict {
      const verdict = judge(presentation, at);
      if (verdict === "rotated" || verdict === "recovered") row = rotate(presentation, at);
      if (verdict === "reused") row = { ...row, isRevoked: true };
      if (["renewed", "rotated", "replayed", "overlapped", "recovered"].includes(verdict)) {
        row = { ...row, idleUntil: at + idleMs };
      }
      newest = Math.max(newest, row.generation);
      return verdict;
    },
    /** A replica catches up. */
    copy() {
      replica = row;
    },
    /** It is promoted: what came after is lost. */
    failOver(at: number) {
      row = replica;
      promotedAt = at;
    },
  };
}
