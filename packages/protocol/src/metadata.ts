/** What `/.well-known/oauth-authorization-server` (RFC 8414) and `/.well-known/openid-configuration` publish. */
export interface ServerMetadata {
  readonly issuer: string;
  readonly jwks_uri: string;
  /** Refresh tokens are redeemed here: `grant_type=refresh_token` (RFC 6749, section 6). */
  readonly token_endpoint: string;
  readonly grant_types_supported: readonly string[];
  readonly response_types_supported: readonly string[];
  readonly token_endpoint_auth_methods_supported: readonly string[];
  readonly scopes_supported: readonly string[];
  /** By which keys clients may prove possession (RFC 9449, section 5.1). */
  readonly dpop_signing_alg_values_supported: readonly string[];
  /** What a token is worth now (RFC 7662). */
  readonly introspection_endpoint: string;
  readonly introspection_endpoint_auth_methods_supported: readonly string[];
  /** Where a client gives back its tokens (RFC 7009). */
  readonly revocation_endpoint: string;
  readonly revocation_endpoint_auth_methods_supported: readonly string[];
  readonly service_documentation: string;
  /** Where revocations are followed; see `FeedMessage`. */
  readonly holdfast_feed_endpoint: string;
  /** Where services report what they said of tokens; see `UsageReport`. Absent where nobody counts. */
  readonly holdfast_usage_endpoint?: string;
  readonly holdfast_signin_endpoint: string;
  readonly holdfast_signout_endpoint: string;
  readonly holdfast_session_endpoint: string;
}
