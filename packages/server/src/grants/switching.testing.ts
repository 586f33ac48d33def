import { decodeJwt } from "jose";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { basic, confidentialSecret, postRefresh, type RefreshReply } from "./refresh.testing.ts";

/** Somebody signed in for an account of their own, and a member of a team as well. */
export interface TwoAccounts {
  readonly refreshToken: string;
  readonly grantId: string;
  readonly sessionId: string;
  readonly userId: string;
  readonly own: string;
  readonly team: string;
}

let people = 0;

export async function startWithTwoAccounts(instance: TestInstance, clientId = "device"): Promise<TwoAccounts> {
  const { accounts } = instance.holdfast;
  const { session, account, refreshToken, grantId } = await startSession(instance, {
    clientId,
    email: `member-${++people}@example.com`,
  });
  const founder = await startSession(instance, { clientId, email: `founder-${people}@example.com` });
  const team = await accounts.create({ name: "Team", ownerId: founder.session.userId });
  await accounts.addMember(team, session.userId, "member");
  return { refreshToken, grantId, sessionId: session.id, userId: session.userId, own: account.id, team };
}

/** `POST /refresh` with the account to switch to. */
export function switchTo(
  instance: { readonly issuer: string },
  account: string,
  refreshToken: string,
  { clientId = "device", key, headers = {} }: SwitchOptions = {},
): Promise<RefreshReply> {
  const sent: Record<string, string> = { ...headers, ...(key === undefined ? {} : { "Idempotency-Key": key }) };
  if (clientId === "still") sent.Authorization = basic(clientId, confidentialSecret);
  return postRefresh(instance, { client_id: clientId, refresh_token: refreshToken, account }, sent);
}

interface SwitchOptions {
  readonly clientId?: string;
  readonly key?: string;
  readonly headers?: Record<string, string>;
}

/** Whom an answer's access token is for. */
export function accountOf({ body }: RefreshReply): { readonly account: unknown; readonly role: unknown } {
  const { account, role } = decodeJwt(body.access_token);
  return { account, role };
}
