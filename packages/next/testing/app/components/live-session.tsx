"use client";

import { useAuth } from "@holdfast/next";
import { useState } from "react";

/** What the client sees, and what it can do. */
export function LiveSession() {
  const { status, getToken, signOut } = useAuth();
  const [tokenEnd, setTokenEnd] = useState("");
  const show = (token: string | null) => setTokenEnd(token?.slice(-16) ?? "none");
  return (
    <section>
      <p data-testid="client-state">{status}</p>
      <p data-testid="client-token-end">{tokenEnd}</p>
      <input aria-label="Notes" />
      <button type="button" onClick={() => getToken().then(show)}>
        Get a token
      </button>
      <button type="button" onClick={() => getToken({ forceRefresh: true }).then(show)}>
        Get another
      </button>
      <button type="button" onClick={() => signOut()}>
        Leave
      </button>
    </section>
  );
}
