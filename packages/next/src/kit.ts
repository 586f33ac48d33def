import { createVerifier, type Verifier } from "@holdfast/verify";
import { type AttemptCookies, createAttemptCookies } from "./cookies/attempt-cookies.ts";
import { createSessionCookies } from "./cookies/session-cookies.ts";
import type { ProcessMemory } from "./process-memory.ts";
import { type Answers, createAnswers } from "./routes/answers.ts";
import { createSealer } from "./sealing/sealer.ts";
import { createRenewals } from "./session/renewals.ts";
import { createSessions, type Sessions } from "./session/sessions.ts";
import { createJudge } from "./session/standing.ts";
import type { HoldfastOptions } from "./settings/options.ts";
import { type Environment, parseSettings, type Settings } from "./settings/settings.ts";
import { createHoldfastWire, type HoldfastWire } from "./wire/holdfast-wire.ts";
import { createServerClock, type ServerClock } from "./wire/server-clock.ts";

/** What the proxy, the pages and the route handlers are made of. */
export interface Kit {
  readonly settings: Settings;
  readonly answers: Answers;
  readonly attempts: AttemptCookies;
  readonly sessions: Sessions;
  readonly wire: HoldfastWire;
  readonly serverClock: ServerClock;
}

export interface KitDeps {
  readonly environment: Environment;
  readonly memory: ProcessMemory;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

/**
 * Makes the parts and joins them. What must be one in a process (requests under way, Holdfast's clock, keys and feed)
 * comes from its memory.
 *
 * @throws TypeError that lists everything that is wrong with the options
 */
export function createKit(options: HoldfastOptions, { environment, memory, random }: KitDeps): Kit {
  const settings = parseSettings(options, environment);
  const { issuer, clientId, isSecure, clock, emit } = settings;
  const shared = <T>(part: string, create: () => T) => memory.get(`${part} ${issuer} ${clientId}`, create);

  const sealer = createSealer(settings.cookieSecrets);
  const serverClock = shared("clock", () => createServerClock(clock));
  const wire = shared("wire", () => createHoldfastWire(settings, serverClock));
  const renewals = shared("renewals", () => createRenewals({ wire, clock, emit, random }));
  const verifier = shared("verifier", () => verifierOf(settings, serverClock));
  const cookies = createSessionCookies({ sealer, clientId, isSecure });

  return {
    settings,
    answers: createAnswers({ issuer, isSecure }),
    attempts: createAttemptCookies({ sealer, clientId, isSecure, clock }),
    sessions: createSessions({ cookies, judge: createJudge({ verifier, serverClock, emit }), renewals, emit }),
    wire,
    serverClock,
  };
}

function verifierOf({ issuer, audience, ...settings }: Settings, serverClock: ServerClock): Verifier {
  return createVerifier({
    issuer,
    audience,
    fetch: settings.fetch,
    // A machine whose clock is wrong must not refuse what was issued a moment ago.
    clock: serverClock,
    feed: settings.followsFeed ? "follow" : "off",
    onClaimsChanged: settings.followsFeed ? "refuse" : "keep",
    ...(settings.service === null ? {} : { credentials: settings.service }),
  });
}
