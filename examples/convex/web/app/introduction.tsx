import type { SessionAnswer } from "@holdfast/protocol";
import { useMutation } from "convex/react";
import { useEffect } from "react";
import { introduce } from "./functions.ts";

/** Tells Convex what the person is called: an access token holds an id and no name. */
export function Introduction({ issuer }: { readonly issuer: string }): null {
  const introduceMyself = useMutation(introduce);
  useEffect(() => {
    const leaving = new AbortController();
    fetch(`${issuer}/session`, { credentials: "include", signal: leaving.signal })
      .then((response): Promise<SessionAnswer> | null => (response.ok ? response.json() : null))
      .then((session) => session?.user.name && introduceMyself({ name: session.user.name }))
      // Nothing stands on a name; it is told again by the next page.
      .catch(() => undefined);
    return () => leaving.abort();
  }, [issuer, introduceMyself]);
  return null;
}
