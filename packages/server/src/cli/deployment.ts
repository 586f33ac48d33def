import { resolve } from "node:path";
import {
  applyEnvironment,
  type Config,
  type ConfigContext,
  type ConfigFile,
  type ConfigInput,
  loadConfigFile,
  type Mode,
  parseConfig,
} from "../config/index.ts";
import { AppError } from "../http/app-error.ts";
import { developmentSecret } from "./development-secret.ts";
import { isPort, notedPorts, type Ports, usualPorts } from "./ports.ts";

export interface DeploymentOptions {
  readonly mode: Mode;
  readonly config?: string | undefined;
  readonly data?: string | undefined;
  /** Default: from the configuration or `PORT`, else 4000. */
  readonly port?: number | undefined;
  /** Picks the ports beside the server's; default: those that a running server noted, else the usual ones. */
  readonly pickPorts?: ((server: number) => Promise<Ports>) | undefined;
}

/** The configuration in force, and where it came from. */
export interface Deployment {
  readonly config: Config;
  readonly file: string | null;
  readonly dataDirectory: string;
  readonly ports: Ports;
}

const defaultPort = 4000;

/**
 * Reads the configuration as this directory, environment and command line give it.
 *
 * @throws AppError `config_missing`, `config_invalid`, `port_in_use`
 */
export async function readDeployment(options: DeploymentOptions): Promise<Deployment> {
  const { mode, pickPorts } = options;
  const environment = process.env;
  const file = await loadConfigFile(process.cwd(), options.config ?? environment.HOLDFAST_CONFIG);
  // A configuration that is a function cannot choose the port and the directory: it is told them.
  const early = applyEnvironment(isStatic(file.source) ? file.source : {}, environment).settings;
  const dataDirectory = resolve(options.data ?? (typeof early.data === "string" ? early.data : ".holdfast"));
  const noted = notedPorts(dataDirectory);
  const wanted = options.port ?? early.port ?? noted?.server ?? defaultPort;
  // What is no port at all is left to the configuration's check, which names it.
  const port = isPort(wanted) ? wanted : defaultPort;
  const ports = pickPorts ? await pickPorts(port) : noted?.server === port ? noted : usualPorts(port);

  const config = parseConfig(await evaluate(file, mode, ports), {
    mode,
    environment,
    settled: { data: dataDirectory, ...(isPort(wanted) ? { port: ports.server } : {}) },
    ...(mode === "development" ? { developmentSecret: () => developmentSecret(dataDirectory) } : {}),
  });
  return { config, file: file.path, dataDirectory, ports };
}

function isStatic(
  source: ConfigFile["source"],
): source is Extract<ConfigFile["source"], object> & Record<string, unknown> {
  return typeof source === "object" && source !== null && !Array.isArray(source);
}

async function evaluate({ path, source }: ConfigFile, mode: Mode, ports: Ports): Promise<ConfigInput> {
  if (typeof source !== "function") return source;
  const given = new Map<string, number>();
  const context: ConfigContext = {
    mode,
    port: ports.server,
    companionPort(name) {
      const port = given.get(name) ?? ports.companions[given.size];
      if (port === undefined) throw new Error(`there is no port left for the companion "${name}"`);
      given.set(name, port);
      return port;
    },
  };
  try {
    return await source(context);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("config_invalid", `${path} failed when it was asked for the configuration: ${reason}`, {
      cause,
    });
  }
}
