import { useAuthState } from "@holdfast/react";
import { useRouter } from "next/navigation.js";
import { useEffect, useRef } from "react";
import { untilSessionIsOver } from "./session-over.ts";

/**
 * Has the server render the page anew when it would come out otherwise: when somebody's session comes back after trouble,
 * or is over. Nothing is loaded again, and client components keep their state.
 */
export function PageRefresh({ sessionUrl }: { readonly sessionUrl: string }): null {
  const status = useAuthState(({ status }) => status);
  const { refresh } = useRouter();
  const before = useRef(status);
  useEffect(() => {
    const was = before.current;
    before.current = status;
    if (was === "stale" && status === "active") refresh();
    const isOver = ["active", "degraded", "stale"].includes(was) && ["ended", "anonymous"].includes(status);
    if (!isOver) return;
    const abort = new AbortController();
    // The page is told of a sign-out before the server is, in every tab.
    untilSessionIsOver(sessionUrl, abort.signal).then(refresh, () => undefined);
    return () => abort.abort();
  }, [status, refresh, sessionUrl]);
  return null;
}
