/**
 * Upstream providers: whom people sign in with. Owns the OpenID Connect exchange with each (discovery, redirect, code,
 * ID token, user info) and turns its failures into named causes. What a sign-in means here is `signin/`'s affair.
 */
export type { Finding } from "./inspect.ts";
export { inspectProvider } from "./inspect.ts";
export type { Provider, SigninProof } from "./openid-provider.ts";
export type { Providers, ProvidersDeps } from "./providers.ts";
export { createProviders } from "./providers.ts";
