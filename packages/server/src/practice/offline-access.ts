import type { Provider } from "oidc-provider";

/** A step in the provider's request pipeline. */
export type Middleware = Parameters<Provider["use"]>[0];

/**
 * Lets a client that asks for `offline_access` have a refresh token without also sending `prompt=consent`, as most
 * providers do. OpenID Connect Core, section 11, allows it where consent was given in another way (here: by everybody,
 * always); oidc-provider drops the scope unless the prompt is there, so it is added.
 *
 * `prompt=none` stays alone: a silent re-authentication gets no new refresh token, here as elsewhere.
 */
export function allowOfflineAccess(authorizationPath: string): Middleware {
  return async (ctx, next) => {
    if (ctx.path === authorizationPath && asksForOfflineAccess(ctx.query)) {
      const prompts = new Set(words(ctx.query.prompt));
      if (!prompts.has("none")) ctx.query = { ...ctx.query, prompt: [...prompts.add("consent")].join(" ") };
    }
    await next();
  };
}

function asksForOfflineAccess({ scope, prompt }: Record<string, string | string[] | undefined>): boolean {
  // A repeated parameter is an error that oidc-provider reports; it is left as it came.
  return !Array.isArray(prompt) && words(scope).includes("offline_access");
}

function words(value: string | string[] | undefined): string[] {
  return typeof value === "string" ? value.split(" ").filter(Boolean) : [];
}
