import { office } from "./fault-config.ts";

/** Ends a session as a back office does; answers with the status. */
export async function revokeSession(origin: string, sid: string): Promise<number> {
  const credentials = `${encodeURIComponent(office.id)}:${encodeURIComponent(office.secret)}`;
  const response = await fetch(`${origin}/revocations`, {
    method: "POST",
    headers: {
      Authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ session: sid }),
  });
  await response.body?.cancel();
  return response.status;
}
