import { AuthError } from "@holdfast/client";
import type { SessionAnswer } from "@holdfast/protocol";
import { useAuth, useUser } from "@holdfast/react";
import { type ReactNode, useId, useState } from "react";
import { useQuickstart } from "../quickstart.ts";

/** Which of their accounts the person acts for. */
export function AccountChoice({ accounts }: Pick<SessionAnswer, "accounts">): ReactNode {
  const { expect } = useQuickstart();
  const { switchAccount } = useAuth();
  const current = useUser()?.accountId ?? "";
  const [wanted, setWanted] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const id = useId();

  async function choose(account: string): Promise<void> {
    setWanted(account);
    setFailure(null);
    expect("for another account");
    await switchAccount(account).catch((error: unknown) => {
      setFailure(error instanceof AuthError ? error.code : "unknown_error");
    });
    setWanted(null);
  }

  return (
    <div className="account-choice">
      <label htmlFor={id}>Act for</label>
      <select
        id={id}
        data-testid="account-choice"
        value={wanted ?? current}
        disabled={wanted !== null}
        onChange={(event) => void choose(event.target.value)}
      >
        {accounts.map((account) => (
          <option key={account.id} value={account.id}>
            {account.name} ({account.role})
          </option>
        ))}
      </select>
      {failure !== null && (
        <p className="small" role="alert">
          That did not work: <code>{failure}</code>. You act for the same account as before.
        </p>
      )}
    </div>
  );
}
