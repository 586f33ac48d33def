/** The browser's side of a session: see `createAuthClient`. */
export type {
  AuthClient,
  AuthClientOptions,
  AuthEvents,
  GetTokenOptions,
  SignInOptions,
  StorageMode,
} from "./auth-client.ts";
export { AuthError, type AuthErrorCode, type AuthErrorDetails, type AuthErrorKind } from "./auth-error.ts";
export { browserEnv } from "./browser-env.ts";
export { createAuthClient } from "./create-auth-client.ts";
export type { CredentialMode } from "./credential.ts";
export type {
  ClientEnv,
  KeyValueStorage,
  KeyVault,
  LifecycleEvent,
  Milliseconds,
  TabChannel,
  TabLifecycle,
  TabLocks,
  TabNavigation,
  TabStorage,
  TimerHandle,
  VaultEntry,
} from "./env.ts";
export type { AuthState, AuthStatus, AuthUser, EndReason } from "./state.ts";
