import { resolve } from "node:path";
import { type Config, type ConfigFile, loadConfigFile, type Mode, parseConfig } from "../config/index.ts";
import { developmentSecret } from "./development-secret.ts";
import { notedPorts, type Ports, usualPorts } from "./ports.ts";

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
  const { mode, data, pickPorts } = options;
  const environment = {
    ...process.env,
    ...(data === undefined ? {} : { HOLDFAST_DATA: data }),
    ...(options.port === undefined ? {} : { PORT: String(options.port) }),
  };
  const file = await loadConfigFile(process.cwd(), options.config ?? process.env.HOLDFAST_CONFIG);
  const dataDirectory = resolve(environment.HOLDFAST_DATA ?? staticData(file) ?? ".holdfast");
  const noted = notedPorts(dataDirectory);
  const wanted = Number(environment.PORT ?? staticPort(file) ?? noted?.server ?? defaultPort);
  const ports = pickPorts ? await pickPorts(wanted) : noted?.server === wanted ? noted : usualPorts(wanted);

  const input = await evaluate(file, mode, ports);
  const config = parseConfig(input, {
    mode,
    environment: { ...environment, PORT: String(ports.server), HOLDFAST_DATA: dataDirectory },
    ...(mode === "development" ? { developmentSecret: () => developmentSecret(dataDirectory) } : {}),
  });
  return { config, file: file.path, dataDirectory, ports };
}

async function evaluate({ source }: ConfigFile, mode: Mode, ports: Ports) {
  if (typeof source !== "function") return source;
  const given = new Map<string, number>();
  return source({
    mode,
    port: ports.server,
    companionPort(name) {
      const port = given.get(name) ?? ports.companions[given.size];
      if (port === undefined) throw new Error(`there is no port left for the companion "${name}"`);
      given.set(name, port);
      return port;
    },
  });
}

/** A configuration that is a function cannot choose these two: it is told them. */
function staticData({ source }: ConfigFile): string | undefined {
  return typeof source === "object" ? source.data : undefined;
}

function staticPort({ source }: ConfigFile): unknown {
  return typeof source === "object" ? source.port : undefined;
}
