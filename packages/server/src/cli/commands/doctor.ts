import { defineCommand } from "citty";
import { type Config, findWarnings } from "../../config/index.ts";
import type { Holdfast } from "../../holdfast.ts";
import { createHoldfast } from "../../holdfast.ts";
import { AppError } from "../../http/app-error.ts";
import { createBoundedFetch } from "../../http/bounded-fetch.ts";
import { createLogger } from "../../logging/logger.ts";
import { type Finding, inspectProvider } from "../../providers/index.ts";
import { deploymentArguments } from "../arguments.ts";
import { type Deployment, readDeployment } from "../deployment.ts";
import { openCommandDatabase } from "../open-database.ts";
import { print } from "../output.ts";

interface Section {
  readonly name: string;
  readonly findings: readonly Finding[];
}

export const doctorCommand = defineCommand({
  meta: { name: "doctor", description: "Check a deployment and its providers: what works, what does not, and why" },
  args: {
    ...deploymentArguments,
    provider: {
      type: "string",
      description: "Check only this provider; an issuer URL need not be configured",
      valueHint: "id or URL",
    },
  },
  async run({ args }) {
    const mode = args.production ? "production" : "development";
    const deployment = await readDeployment({ mode, config: args.config, data: args.data });
    const sections =
      args.provider === undefined
        ? [...(await inspectDeployment(deployment)), ...(await inspectProviders(deployment.config.providers))]
        : await inspectProviders([chooseProvider(deployment.config, args.provider)]);
    const failures = sections.flatMap(({ findings }) => findings).filter(({ status }) => status === "failure").length;
    print(args.json, { healthy: failures === 0, sections }, format(sections, failures));
    if (failures > 0) process.exitCode = 1;
  },
});

function chooseProvider({ providers }: Config, wanted: string): Config["providers"][number] {
  const configured = providers.find(({ id, issuer }) => id === wanted || issuer === wanted);
  if (configured) return configured;
  if (!URL.canParse(wanted)) throw new AppError("provider_unknown", `No provider "${wanted}" is configured.`);
  const limits = { clockTolerance: 300, timeout: 5 };
  return {
    id: "unconfigured",
    type: "oidc",
    issuer: wanted,
    clientId: "doctor",
    scope: "openid profile email",
    ...limits,
  };
}

async function inspectProviders(providers: Config["providers"]): Promise<Section[]> {
  return Promise.all(
    providers.map(async (provider) => ({ name: `Provider ${provider.id}`, findings: await inspectProvider(provider) })),
  );
}

async function inspectDeployment(deployment: Deployment): Promise<Section[]> {
  const { config, file } = deployment;
  const findings: Finding[] = [
    { check: "configuration", status: "ok", detail: file ?? "no file: defaults and environment" },
    ...findWarnings(config).map(({ code, setting, message, action }) => ({
      check: setting,
      status: "warning" as const,
      detail: `${message} ${action} (${code})`,
    })),
  ];
  const logger = createLogger({ level: "silent" });
  try {
    const database = await openCommandDatabase(deployment, { logger, command: "holdfast doctor" });
    try {
      findings.push({ check: "database", status: "ok", detail: database.description });
      const holdfast = await createHoldfast(config, { connection: database.connection, logger });
      findings.push(...inspectHoldfast(holdfast));
      await holdfast.close();
    } finally {
      await database.close();
    }
  } catch (error) {
    const detail = error instanceof AppError ? `${error.detail} (${error.code})` : String(error);
    findings.push({ check: "database", status: "failure", detail });
  }
  findings.push(await inspectReachability(config));
  return [{ name: "Deployment", findings }];
}

function inspectHoldfast({ clockSkewMs, keys }: Holdfast): Finding[] {
  const skew = Math.abs(clockSkewMs());
  const signing = keys.list().find(({ status }) => status === "signing");
  return [
    skew <= 1_000
      ? { check: "clock", status: "ok", detail: "within 1 s of the database's" }
      : {
          check: "clock",
          status: skew > 5_000 ? "failure" : "warning",
          detail: `${skew} ms from the database's; run NTP`,
        },
    signing
      ? {
          check: "keys",
          status: "ok",
          detail: `${signing.algorithm} ${signing.id} signs since ${signing.activatesAt.toISOString()}`,
        }
      : { check: "keys", status: "failure", detail: "no key signs" },
  ];
}

/** The issuer as others reach it: through DNS, TLS and every proxy. */
async function inspectReachability({ issuer }: Config): Promise<Finding> {
  const check = "reachability";
  const address = `${issuer}/.well-known/oauth-authorization-server`;
  try {
    const response = await createBoundedFetch({ timeoutMs: 5_000 })(address);
    const metadata = response.ok ? ((await response.json()) as { issuer?: unknown }) : null;
    if (metadata?.issuer === issuer) return { check, status: "ok", detail: `${issuer} answers as itself` };
    return { check, status: "failure", detail: `${address} answered ${response.status} with another issuer` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return { check, status: "failure", detail: `${address} cannot be reached: ${cause}. Is the server running?` };
  }
}

const marks = { ok: "✓", warning: "!", failure: "✗" } as const;

function format(sections: readonly Section[], failures: number): string {
  const text = sections.map(({ name, findings }) => {
    const lines = findings.map(({ check, status, detail }) => `  ${marks[status]} ${check.padEnd(20)} ${detail}`);
    return [name, ...lines].join("\n");
  });
  const verdict = failures === 0 ? "Everything is in order." : `${failures} failed.`;
  return [...text, verdict].join("\n\n");
}
