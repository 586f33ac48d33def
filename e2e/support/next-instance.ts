import type { TestInstance } from "../../packages/server/src/testing/instance.ts";
import { signInAs } from "../../packages/server/src/testing/sign-in.ts";
import { type CookieJar, createCookieJar } from "./cookie-jar.ts";

export const audience = "https://api.example.com";

/** A client for an app at this address, as the guide has it. */
export function nextClient(id: string, appUrl: string, secret: string, overlap = "30s") {
  return {
    id,
    type: "confidential" as const,
    secret,
    refreshToken: "body" as const,
    audience,
    origins: [appUrl],
    signin: { success: `${appUrl}/auth/callback`, failed: `${appUrl}/auth/callback` },
    signout: { success: `${appUrl}/` },
    tokens: { overlap },
  };
}

/** Signs somebody in to the app at `origin`, and answers with their browser's cookies for it. */
export async function signInToApp(instance: TestInstance, origin: string, jar = createCookieJar()): Promise<CookieJar> {
  const begun = await jar.fetch(`${origin}/auth/signin?return_to=/dashboard`);
  const { search } = new URL(String(begun.headers.get("location")));
  const visit = await signInAs(instance, instance.browser(), { query: search, until: origin });
  const returned = await jar.fetch(visit.url.href);
  const location = returned.headers.get("location");
  if (location !== "/dashboard") throw new Error(`the sign-in ended with ${returned.status} at ${location}`);
  return jar;
}

export async function revokeNewestSession({ holdfast, sql }: TestInstance): Promise<void> {
  const [session] = await sql<{ id: string }>("select id from sessions order by id desc limit 1");
  await holdfast.sessions.revoke({ id: String(session?.id) }, "session_revoked");
}

export async function isNewestGrantRevoked({ sql }: TestInstance): Promise<boolean> {
  const select = "select revoked_at is not null as revoked from grants order by id desc limit 1";
  const [grant] = await sql<{ revoked: boolean }>(select);
  return grant?.revoked ?? false;
}
