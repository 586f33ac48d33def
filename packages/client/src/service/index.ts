/** Tokens for what has no browser: services (`createServiceTokens`) and devices (`createDeviceSession`). */
export { AuthError, type AuthErrorCode, type AuthErrorDetails, type AuthErrorKind } from "../auth-error.ts";
export type { AssertionAudience, ClientSecretMethod } from "./client-authentication.ts";
export type { DeviceEndpoints, DeviceSessionOptions } from "./device-options.ts";
export {
  type AdoptedTokens,
  createDeviceSession,
  type DeviceSession,
  type DeviceSessionEvents,
} from "./device-session.ts";
export type { DeviceSignIn, StartOptions } from "./device-sign-in.ts";
export type { DeviceCode, DeviceState } from "./device-state.ts";
export { createFileStorage, type FileStorageOptions } from "./file-storage.ts";
export type { ClientOptions } from "./option-checks.ts";
export { runtimeEnv, type ServiceEnv } from "./service-env.ts";
export type { ServiceFetch } from "./service-fetch.ts";
export {
  createServiceTokens,
  type ServiceTokenEvents,
  type ServiceTokens,
  type ServiceTokensOptions,
} from "./service-tokens.ts";
export { createMemoryStorage, type SessionStorage } from "./session-storage.ts";
export type { TokenWish } from "./token-keeper.ts";
