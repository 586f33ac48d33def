import type { Grant, KoaContextWithOIDC } from "oidc-provider";

/**
 * Grants whatever scopes the client asks for, so that nobody sees a consent screen. There is nothing here to protect:
 * the people are made up.
 */
export async function grantAutomatically(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { provider, client, account, session } = ctx.oidc;
  if (!client || !account || !session) return undefined;

  const former = session.grantIdFor(client.clientId);
  const grant =
    (former && (await provider.Grant.find(former))) ||
    new provider.Grant({ clientId: client.clientId, accountId: account.accountId });
  grant.addOIDCScope(ctx.oidc.requestParamOIDCScopes);
  await grant.save();
  return grant;
}
