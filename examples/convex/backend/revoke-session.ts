import type { RevocationAnswer } from "@holdfast/protocol";

export interface Revoker {
  readonly issuer: string;
  readonly service: { readonly id: string; readonly secret: string };
}

/**
 * Ends a session with all its tokens, as a back office does: `POST /revocations` by a service that may `revoke`.
 *
 * @throws Error when Holdfast does not
 */
export async function revokeSession({ issuer, service }: Revoker, sid: string): Promise<RevocationAnswer> {
  const response = await fetch(`${issuer}/revocations`, {
    method: "POST",
    headers: {
      Authorization: `Basic ${btoa(`${service.id}:${service.secret}`)}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ session: sid }),
  });
  if (!response.ok) throw new Error(`Holdfast did not revoke the session: ${response.status}`);
  return response.json() as Promise<RevocationAnswer>;
}
