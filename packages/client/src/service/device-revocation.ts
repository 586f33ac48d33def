import { AuthError } from "../auth-error.ts";
import type { DeviceBook } from "./device-book.ts";
import { isGrant, readTokenAnswer } from "./oauth-answer.ts";
import type { AskAsClient } from "./token-endpoint.ts";

/**
 * Gives back the refresh tokens of a session that was ended here (RFC 7009). They stand in storage until the server has
 * answered, so that a later process can go on with it.
 *
 * @throws AuthError transient ones: it is worth trying again
 */
export async function revokeLeftTokens(
  { book, ask }: { readonly book: DeviceBook; readonly ask: AskAsClient },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const record = await book.read();
    const [token] = record?.kind === "ended" ? record.toRevoke : [];
    if (token === undefined) return;
    await revoke(ask, token, signal);
    await book.change("held", (now) =>
      now?.kind === "ended" ? { ...now, toRevoke: now.toRevoke.filter((each) => each !== token) } : now,
    );
  }
}

async function revoke(ask: AskAsClient, token: string, signal: AbortSignal): Promise<void> {
  const parameters = [["token", token] as const, ["token_type_hint", "refresh_token"] as const];
  const asked = await ask("revocationEndpoint", { parameters, signal });
  if (asked === null || asked.answer.status === 200) return;
  const read = readTokenAnswer(asked.answer, [...asked.secrets, token]);
  // A refusal is final: to ask again would not change it, and the token ends by itself.
  if (isGrant(read)) throw new AuthError("malformed_response", "The answer is odd.", { kind: "transient" });
}
