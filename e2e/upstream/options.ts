import { parseArgs } from "node:util";

/**
 * What the upstream can get wrong on purpose.
 * - `wrong-iss`: the answer to an authorization request names another issuer (RFC 9207: a mix-up)
 * - `wrong-discovery-issuer`: the discovery document names another issuer
 * - `slow`: the token endpoint answers after ten seconds
 * - `garbage`: the token endpoint answers 200 with an HTML page
 */
const misbehaviours = ["wrong-iss", "wrong-discovery-issuer", "slow", "garbage"] as const;
export type Misbehaviour = (typeof misbehaviours)[number];

export interface UpstreamOptions {
  /** 0: a free one. */
  readonly port: number;
  readonly redirectUri: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** How far the provider's clock is ahead (negative: behind). */
  readonly clockOffsetSeconds: number;
  readonly codeTtlSeconds: number;
  readonly misbehave: readonly Misbehaviour[];
}

/** Reads the command line. Negative numbers need the equals sign: `--clock-offset-seconds=-240`. @throws TypeError */
export function parseUpstreamOptions(args: readonly string[]): UpstreamOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "0" },
      "redirect-uri": { type: "string" },
      "client-id": { type: "string", default: "holdfast-e2e" },
      "client-secret": { type: "string", default: "an upstream secret of the journeys" },
      "clock-offset-seconds": { type: "string", default: "0" },
      "code-ttl-seconds": { type: "string", default: "60" },
      misbehave: { type: "string", multiple: true, default: [] },
    },
  });
  const redirectUri = values["redirect-uri"];
  if (!redirectUri || !URL.canParse(redirectUri)) throw new TypeError("--redirect-uri must be a URL");
  return {
    port: integer("port", values.port),
    redirectUri,
    clientId: values["client-id"],
    clientSecret: values["client-secret"],
    clockOffsetSeconds: integer("clock-offset-seconds", values["clock-offset-seconds"]),
    codeTtlSeconds: integer("code-ttl-seconds", values["code-ttl-seconds"]),
    misbehave: values.misbehave.map(misbehaviour),
  };
}

function integer(name: string, text: string): number {
  if (!/^-?\d+$/.test(text)) throw new TypeError(`--${name} must be a whole number; it is ${text}`);
  return Number(text);
}

function misbehaviour(text: string): Misbehaviour {
  const known = misbehaviours.find((name) => name === text);
  if (!known) throw new TypeError(`--misbehave must be one of ${misbehaviours.join(", ")}; it is ${text}`);
  return known;
}
