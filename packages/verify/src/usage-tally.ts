import type { UsageCount } from "@holdfast/protocol";

/** Counts verdicts by client. */
export interface UsageTally {
  readonly isEmpty: boolean;
  /** @param clientId undefined where none is known */
  count(clientId: string | undefined, verdict: string): void;
  /** Hands over what was counted, and begins again at zero. */
  take(): readonly UsageCount[];
}

/** Client ids come from tokens that the issuer signed; but an issuer may have more clients than anyone wants to count. */
const maxClients = 500;

/** Makes an empty one. It holds at most 500 clients; those beyond are counted as no client. */
export function createUsageTally(): UsageTally {
  let byClient = new Map<string | undefined, Map<string, number>>();

  function verdictsOf(clientId: string | undefined): Map<string, number> {
    const known = byClient.get(clientId);
    if (known) return known;
    if (clientId !== undefined && byClient.size >= maxClients) return verdictsOf(undefined);
    const verdicts = new Map<string, number>();
    byClient.set(clientId, verdicts);
    return verdicts;
  }

  return {
    get isEmpty() {
      return byClient.size === 0;
    },
    count(clientId, verdict) {
      const verdicts = verdictsOf(clientId);
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    },
    take() {
      const counts = [...byClient].flatMap(([clientId = null, verdicts]) =>
        [...verdicts].map(([verdict, tokens]) => ({ client_id: clientId, verdict, tokens })),
      );
      byClient = new Map();
      return counts;
    },
  };
}
