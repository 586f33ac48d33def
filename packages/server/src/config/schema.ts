import { z } from "zod";
import { isNetwork } from "../http/public-address.ts";
import { duration, durationBetween, durationOf, lifetime } from "./duration.ts";

const identifier = z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/, {
  error: "takes lower-case letters, digits, dots, dashes and underscores; 64 characters at most",
});

const webUrl = z.url({ protocol: /^https?$/, error: "is not an http(s) URL" });

/** Scheme, host and port, exactly as a browser writes them: origins are compared as text. */
const origin = webUrl.refine((value) => !isWebUrl(value) || new URL(value).origin === value, {
  error: ({ input }) => `is more than scheme, host and port, or not in lower case; write ${originOf(input)}`,
});

const listOrOne = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: "is neither a name nor a list of names",
});

const overlap = durationBetween(0, 300);

/** What a service may be allowed. */
const servicePermissions = ["follow", "introspect", "report", "signals", "revoke"] as const;

const tokens = z.strictObject({
  access: durationOf("15m", "How long an access token is valid."),
  refreshIdle: durationOf("14d", "A refresh token that is not used for this long stops working."),
  refreshAbsolute: durationOf("90d", "A grant ends this long after it began, used or not."),
  overlap: overlap.prefault("30s").meta({
    description:
      "A replaced refresh token still gets its successor for this long: tabs race, answers get lost. At most 5 minutes.",
    default: "30s",
  }),
});

const clientTokens = z.strictObject({
  access: lifetime.optional(),
  refreshIdle: lifetime.optional(),
  refreshAbsolute: lifetime.optional(),
  overlap: overlap.optional(),
});

const provider = z.strictObject({
  id: identifier.meta({ description: "Names the provider in addresses: `/signin/<id>`." }),
  name: z.string().min(1).optional().meta({ description: "What people see on the button. Default: the id." }),
  type: z.literal("oidc").default("oidc").meta({ description: "The protocol: OpenID Connect." }),
  issuer: webUrl.meta({ description: "The provider's issuer, exactly as its discovery document has it." }),
  clientId: z.string().min(1).meta({ description: "What the provider calls Holdfast." }),
  clientSecret: z.string().min(1).optional().meta({
    description: "The secret that goes with it. Better from the environment: `HOLDFAST_PROVIDER_<ID>_CLIENT_SECRET`.",
  }),
  scope: z
    .string()
    .refine((value) => value.split(" ").includes("openid"), {
      error: "lacks `openid`, without which the provider does not say who signed in",
    })
    .default("openid profile email")
    .meta({ description: "What is asked for." }),
  clockTolerance: durationOf("5m", "How far the provider's clock may be from ours.", durationBetween(0, 3_600)),
  timeout: durationOf("5s", "How long one request to the provider may take.", durationBetween(1, 60)),
});

const client = z.strictObject({
  id: identifier.meta({ description: "The client's id: `client_id`." }),
  name: z.string().min(1).optional().meta({ description: "What people see. Default: the id." }),
  type: z.enum(["public", "confidential"]).default("public").meta({
    description: "`public` for what runs in a browser or on a device, `confidential` for what can keep a secret.",
  }),
  secret: z.string().min(24, { error: "has fewer than 24 characters" }).optional().meta({
    description: "A confidential client's secret. Better from the environment: `HOLDFAST_CLIENT_<ID>_SECRET`.",
  }),
  origins: z.array(origin).default([]).meta({
    description:
      "The web origins the client's pages are served from. Only these may ask with cookies or be returned to.",
  }),
  audience: listOrOne.meta({ description: "The services its access tokens are for: `aud`." }),
  scope: z.string().default("").meta({ description: "The scope of its access tokens." }),
  refreshToken: z.enum(["cookie", "body"]).default("cookie").meta({
    description:
      "Where its refresh token lives: in an HttpOnly cookie of Holdfast, or in the answer's body for the client to keep.",
  }),
  rotate: z.boolean().default(true).meta({
    description: "Whether each refresh replaces the refresh token. Only a confidential client may switch it off.",
  }),
  dpop: z.enum(["off", "allowed", "required"]).optional().meta({
    description:
      "Whether it may bind its tokens to a key (DPoP): `allowed` binds them when it proves one, `required` takes nothing else. Default: `allowed` where the refresh token is in the `body`, else `off`.",
  }),
  signin: z.strictObject({
    success: webUrl.meta({ description: "Where people go after signing in." }),
    failed: webUrl.optional().meta({
      description: "Where people go when it failed, with `?error=<code>`. Default: Holdfast's own error page.",
    }),
  }),
  signout: z
    .strictObject({
      success: webUrl
        .optional()
        .meta({ description: "Where people go after signing out. Default: Holdfast's own page." }),
    })
    .prefault({}),
  tokens: clientTokens.prefault({}).meta({ description: "This client's lifetimes, where they differ from `tokens`." }),
});

const service = z.strictObject({
  id: identifier.meta({ description: "Names the service; the user name of its Basic authentication." }),
  name: z.string().min(1).optional().meta({ description: "What people see. Default: the id." }),
  secret: z.string().min(24, { error: "has fewer than 24 characters" }).optional().meta({
    description:
      "The password of its Basic authentication. Better from the environment: `HOLDFAST_SERVICE_<ID>_SECRET`.",
  }),
  audience: listOrOne.optional().meta({
    description: "Which tokens are its business, by `aud`: it may introspect these. Default: those of every client.",
  }),
  may: z.array(z.enum(servicePermissions)).min(1).default(["follow", "introspect", "report"]).meta({
    description:
      "`follow` the feed, `introspect` tokens, `report` what it counted, receive `signals`, `revoke` sessions.",
  }),
});

const nats = z.strictObject({
  url: z
    .string()
    .regex(/^(nats|tls):\/\/[^\s,@]+(,(nats|tls):\/\/[^\s,@]+)*$/, {
      error: "is not a list of nats:// or tls:// addresses, which hold no user or password",
    })
    .meta({ description: "The servers, separated by commas." }),
  stream: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/, { error: "takes letters, digits, dashes and underscores; 32 characters at most" })
    .default("holdfast-feed")
    .meta({ description: "The stream, made when it is missing; its subject is `<stream>.lines`." }),
  replicas: wholeNumber(1, 5)
    .default(1)
    .meta({ description: "Copies of a stream that we make, in a cluster of NATS." }),
  user: z.string().min(1).optional().meta({ description: "Whom NATS knows us as, where it asks." }),
  password: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Better from the environment: `HOLDFAST_NATS_PASSWORD`." }),
  token: z.string().min(1).optional().meta({ description: "Better from the environment: `HOLDFAST_NATS_TOKEN`." }),
  credentials: z.string().min(1).optional().meta({
    description: "What a `.creds` file holds. Better from the environment: `HOLDFAST_NATS_CREDENTIALS_FILE`.",
  }),
  tls: z
    .strictObject({
      ca: z.string().min(1).optional().meta({ description: "Whom to trust, as PEM. Default: whom the system trusts." }),
      certificate: z.string().min(1).optional().meta({ description: "Ours, as PEM, where the server asks for one." }),
      key: z.string().min(1).optional().meta({ description: "The key to it, as PEM." }),
    })
    .optional(),
});

const companion = z.strictObject({
  name: identifier,
  command: z.array(z.string()).min(1).meta({ description: "The program and its arguments." }),
  env: z.record(z.string(), z.string()).default({}),
});

/** The whole configuration, as a file may hold it. Every reference page and check is made from this. */
export const configSchema = z.strictObject({
  issuer: origin.optional().meta({
    description: "Holdfast's own public address, which stands in every token. Required outside development.",
  }),
  port: wholeNumber(0, 65_535).default(4000).meta({ description: "The port for people and apps." }),
  host: z.string().optional().meta({
    description: "The address to listen on. Default: this machine only in development, every address otherwise.",
  }),
  workers: z
    .union([z.literal("auto"), wholeNumber(1, 64)], { error: 'is neither "auto" nor a whole number from 1 to 64' })
    .default("auto")
    .meta({
      description:
        "Processes that share the port: `auto` is one for each processor, four at most. One in development. Limits on what one address may do hold for each by itself.",
    }),
  trustedProxies: wholeNumber(0, 10).default(0).meta({
    description:
      "How many proxies stand in front. `X-Forwarded-For` is believed from that many hops back, and ignored when 0.",
  }),
  management: z
    .strictObject({
      port: wholeNumber(0, 65_535).optional().meta({
        description: "Metrics and health for the operator. Default: 9464; a free port in development.",
      }),
      host: z.string().default("127.0.0.1").meta({ description: "The address they listen on." }),
    })
    .prefault({}),
  database: z
    .strictObject({
      url: z
        .string()
        .regex(/^postgres(ql)?:\/\//, { error: "is not a postgres:// URL" })
        // A socket's URL has no host, which PostgreSQL allows and the URL standard does not.
        .refine((value) => URL.canParse(value) || URL.canParse(value.replace("@/", "@localhost/")), {
          error: "cannot be read; in the password, write characters such as # / ? percent-encoded (%23, %2F, %3F)",
        })
        .optional()
        .meta({ description: "A PostgreSQL server, 15 or newer. Default: the embedded PostgreSQL." }),
      schema: z
        .string()
        .regex(/^[a-z_][a-z0-9_]{0,62}$/, { error: "is not a plain lower-case PostgreSQL name" })
        .default("holdfast")
        .meta({ description: "The schema that holds this instance." }),
      poolSize: wholeNumber(1, 200).default(10).meta({
        description: "Connections at most, per node: its workers share them, three each at least.",
      }),
    })
    .prefault({}),
  data: z.string().min(1).default(".holdfast").meta({
    description: "Where the embedded PostgreSQL and the development secret are kept.",
  }),
  secret: z.string().optional().meta({
    description:
      "At least 32 random bytes, best as base64: encrypts signing keys, authenticates refresh tokens. Required outside development; better from the environment.",
  }),
  previousSecrets: z.array(z.string()).default([]).meta({
    description: "Former secrets, which still read what they protected.",
  }),
  brand: z
    .strictObject({
      name: z.string().min(1).max(60).default("Holdfast").meta({ description: "The name on the pages." }),
    })
    .prefault({}),
  providers: z.array(provider).default([]).meta({ description: "Whom people sign in with." }),
  clients: z.array(client).default([]).meta({ description: "The apps that receive tokens." }),
  services: z.array(service).default([]).meta({
    description: "The services that trust the tokens (APIs, back offices), and what each may ask of Holdfast.",
  }),
  signin: z
    .strictObject({
      defaultProvider: identifier.optional().meta({
        description: "The provider `/signin` goes to at once. Default: the only one; with several, people choose.",
      }),
      attempt: durationOf("10m", "How long a sign-in may take, from the first redirect to the return."),
    })
    .prefault({}),
  sessions: z
    .strictObject({
      idle: durationOf("14d", "A session that is not used for this long ends."),
      absolute: durationOf("90d", "A session ends this long after the sign-in, used or not."),
      expiringNotice: durationOf(
        "1d",
        "How long before a session runs out the event `session.expiring` says so; a quarter of its limit at most.",
      ),
      endOnReuse: z.boolean().default(true).meta({
        description: "Whether a used refresh token that comes back ends the whole session, or only the one grant.",
      }),
    })
    .prefault({}),
  tokens: tokens.prefault({}),
  keys: z
    .strictObject({
      rotateEvery: durationOf("30d", "How often a new signing key takes over."),
      publishAhead: durationOf("15m", "How long a new key is published before it signs.", duration),
    })
    .prefault({}),
  history: z
    .strictObject({
      keep: durationOf(
        "90d",
        "How long the lifecycle log, and a session after its end, are kept: for timelines, replays and audits.",
        durationBetween(86_400, 3_650 * 86_400),
      ),
    })
    .prefault({}),
  feed: z
    .strictObject({
      heartbeat: durationOf("5s", "How often the feed sends a sign of life.", durationBetween(1, 300)),
      maxFollowers: wholeNumber(1, 1_000_000).default(5_000).meta({
        description: "Open feed connections at most, per node. Services come before everybody else.",
      }),
      tabHeartbeat: durationOf("25s", "How often an open tab is sent a sign of life.", durationBetween(1, 300)),
      maxTabs: wholeNumber(0, 1_000_000).default(20_000).meta({
        description: "Open tabs at most that hear at once of what happens to their session, per node.",
      }),
      access: z.enum(["public", "services"]).default("public").meta({
        description: "Who may follow: `public` for anybody, `services` for services that may `follow`.",
      }),
      nats: nats.optional().meta({
        description: "NATS JetStream as a second way for news from node to node. PostgreSQL stays the truth.",
      }),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      otlp: z
        .strictObject({
          endpoint: webUrl.optional().meta({
            description:
              "An OpenTelemetry collector's base address (OTLP/HTTP); the metrics are pushed to `/v1/metrics` below it.",
          }),
          every: durationOf("1m", "How often they are pushed.", durationBetween(1, 3_600)),
        })
        .prefault({}),
    })
    .prefault({}),
  limits: z
    .strictObject({
      refreshesPerMinute: wholeNumber(1, 100_000).default(60).meta({
        description:
          "How often a grant may be refreshed, on each node; twice as often at once. Beyond it the answer is 429. None for this machine in development.",
      }),
    })
    .prefault({}),
  outbound: z
    .strictObject({
      allow: z
        .array(z.string().refine(isNetwork, { error: "is neither an address nor a network such as 10.1.0.0/16" }))
        .default([])
        .meta({
          description:
            "Networks beside the public internet that webhooks and streams of security events may be sent to. In development this machine is one.",
        }),
    })
    .prefault({}),
  webhooks: z
    .strictObject({
      keep: durationOf(
        "30d",
        "How long messages to webhooks and the log of their attempts are kept.",
        durationBetween(7 * 86_400, 3_650 * 86_400),
      ),
    })
    .prefault({}),
  logs: z
    .strictObject({
      level: z
        .enum(["trace", "debug", "info", "warn", "error", "silent"])
        .default("info")
        .meta({ description: "The least that is logged." }),
    })
    .prefault({}),
  shutdown: z
    .strictObject({
      notice: durationOf(
        "5s",
        "How long a node that is told to stop takes new requests, while `/readyz` says 503: longer than load balancers take to look. None in development.",
        durationBetween(0, 20),
      ),
    })
    .prefault({}),
  allowSessionCreate: z.boolean({ error: "is neither true nor false" }).default(false).meta({
    description: "Whether `holdfast session create` works outside development.",
  }),
  companions: z.array(companion).default([]).meta({
    description: "Programs that `holdfast dev` starts beside the server, such as the app you are working on.",
  }),
});

/** What a configuration file holds. */
export type ConfigInput = z.input<typeof configSchema>;
export type ParsedConfig = z.output<typeof configSchema>;
export type ProviderConfig = ParsedConfig["providers"][number];
export type ClientConfig = ParsedConfig["clients"][number];
export type ServiceConfig = ParsedConfig["services"][number];
export type TokenLifetimes = ParsedConfig["tokens"];

function wholeNumber(from: number, to: number) {
  const error = `is not a whole number from ${from} to ${to}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
}

function isWebUrl(value: unknown): value is string {
  return typeof value === "string" && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function originOf(value: unknown): string {
  return isWebUrl(value) ? new URL(value).origin : "https://id.example.com";
}
