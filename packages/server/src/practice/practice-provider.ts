import type { Logger } from "pino";
import { AppError } from "../http/app-error.ts";
import { type PracticeClient, practiceConfiguration } from "./configuration.ts";
import { listenOnLoopback, loopbackAddresses } from "./loopback.ts";
import { allowOfflineAccess } from "./offline-access.ts";
import { createPracticePages } from "./pages/practice-pages.ts";
import { type PracticePerson, practicePeople } from "./people.ts";
import { createSignIn } from "./sign-in.ts";
import { generateSigningKeys } from "./signing-keys.ts";

export type { PracticeClient } from "./configuration.ts";

export interface PracticeProviderOptions {
  /** For example `http://localhost:4001`: its origin, without a path. Must be a loopback address. */
  readonly issuer: string;
  /** What to listen on: `localhost` (both 127.0.0.1 and ::1), `127.0.0.1` or `::1`. Default: `localhost`. */
  readonly host?: string;
  readonly port: number;
  readonly clients: readonly PracticeClient[];
  /** Default: `practicePeople`. */
  readonly people?: readonly PracticePerson[];
  /** Default: development. `production` is refused. */
  readonly mode?: "development" | "production";
  readonly logger: Pick<Logger, "info" | "error">;
}

export interface PracticeProvider {
  readonly issuer: string;
  readonly people: readonly PracticePerson[];
  /** Stops listening and cuts open connections. Everything but the people is forgotten. */
  close(): Promise<void>;
}

/**
 * Starts a provider where anyone can sign in as anyone.
 *
 * @example
 * const practice = await createPracticeProvider({
 *   issuer: "http://localhost:4001",
 *   port: 4001,
 *   clients: [{ clientId: "holdfast", clientSecret, redirectUris: ["http://localhost:4000/integrations/oauth2/callback"] }],
 *   logger,
 * });
 *
 * @throws AppError `practice_refused` in production, and for an address that others can reach; `port_in_use`
 */
export async function createPracticeProvider(options: PracticeProviderOptions): Promise<PracticeProvider> {
  const { clients, people = practicePeople, port, logger } = options;
  const { issuer, addresses } = assertPractice(options);

  const [{ Provider, interactionPolicy }, jwks] = await Promise.all([import("oidc-provider"), generateSigningKeys()]);
  const pages = createPracticePages({ issuer: issuer.origin, people });
  const provider = new Provider(
    issuer.origin,
    practiceConfiguration({ issuer, clients, people, jwks, pages, policy: interactionPolicy }),
  );
  provider.on("server_error", (_ctx, error) => logger.error({ err: error }, "practice provider failed"));
  // Koa's own handler would write to the console.
  provider.onerror = (error) => logger.error({ err: error }, "practice provider failed");
  provider.use(allowOfflineAccess(provider.pathFor("authorization")));
  provider.use(createSignIn({ provider, people, pages }));
  provider.use((ctx, next) => (ctx.path === "/" ? pages.home(ctx) : next()));

  const { close } = await listenOnLoopback(addresses, port, provider.callback());
  logger.info({ issuer: issuer.origin }, "practice provider ready: anyone can sign in as anyone");
  return { issuer: issuer.origin, people, close };
}

function assertPractice({ mode, issuer: address, host = "localhost" }: PracticeProviderOptions) {
  if (mode === "production") throw new AppError("practice_refused");

  const issuer = URL.canParse(address) ? new URL(address) : undefined;
  if (issuer?.origin !== address || loopbackAddresses(issuer.hostname).length === 0) {
    throw new AppError(
      "practice_refused",
      `The practice provider's issuer must be an origin on this machine, like http://localhost:4001; it is ${address}.`,
    );
  }
  const addresses = loopbackAddresses(host);
  if (addresses.length === 0) {
    throw new AppError("practice_refused", `The practice provider listens on this machine only, not on ${host}.`);
  }
  return { issuer, addresses };
}
