import type { SessionAnswer } from "@holdfast/protocol";
import { useAuthState } from "@holdfast/react";
import { useEffect, useState } from "react";
import { useQuickstart } from "../quickstart.ts";

/** Names and addresses, for display; null while they are not known. That says nothing about the session. */
export function usePerson(): SessionAnswer | null {
  const { config, wire, announcement } = useQuickstart();
  const sid = useAuthState((state) => (state.isAuthenticated ? state.sid : null));
  const isReachable = useAuthState((state) => state.status === "active");
  const [person, setPerson] = useState<SessionAnswer | null>(null);
  const known = person?.sid === sid ? person : null;
  const isWanted = sid !== null && isReachable && known === null;

  useEffect(() => {
    if (!isWanted) return;
    const leaving = new AbortController();
    async function ask(): Promise<void> {
      const { signal } = leaving;
      const init: RequestInit = { credentials: "include", headers: { Accept: "application/json" }, signal };
      const response = await wire.fetch(`${config.issuer}/session`, init);
      if (!response.ok) return;
      const found = (await response.json()) as SessionAnswer;
      setPerson(found);
      announcement.set(`Signed in as ${nameOf(found)}.`);
    }
    ask().catch(() => {});
    return () => leaving.abort();
  }, [isWanted, config, wire, announcement]);

  return known;
}

export function nameOf(person: SessionAnswer | null): string {
  return person?.user.name ?? person?.user.email ?? "Signed in";
}

export function accountName(person: SessionAnswer | null, id: string): string {
  return person?.accounts.find((account) => account.id === id)?.name ?? id;
}

export function initialsOf(name: string): string {
  const words = name.split("@")[0]?.split(/\s+/u).filter(Boolean) ?? [];
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...(word ?? "")][0]?.toUpperCase() ?? "").join("");
}
