import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { AppError } from "../http/app-error.ts";

const companionSlots = 6;
const fileName = "ports.json";

/** The ports of one development set-up: the server's, and those beside it. */
export interface Ports {
  readonly server: number;
  readonly practice: number;
  readonly management: number;
  /** For companions, in the order in which they are asked for. */
  readonly companions: readonly number[];
}

/** The ports people expect: the server's, and the ones after it. */
export function usualPorts(server: number): Ports {
  return {
    server,
    practice: server + 1,
    management: server + 9,
    companions: Array.from({ length: companionSlots }, (_, index) => server + 2 + index),
  };
}

/**
 * Picks ports that are free: the usual ones where possible, any other where not. The server's own is taken as it is; 0
 * picks any.
 *
 * @throws AppError `port_in_use`
 */
export async function pickPorts(wanted: number): Promise<Ports> {
  const server = wanted === 0 ? await anyFreePort() : wanted;
  if (!(await isFree(server))) {
    throw new AppError("port_in_use", `Port ${server} is taken by another process.`);
  }
  const usual = usualPorts(server);
  const companions: number[] = [];
  for (const port of usual.companions) companions.push(await freePort(port));
  return { server, practice: await freePort(usual.practice), management: await freePort(usual.management), companions };
}

/** Notes the ports, so that other commands see the same configuration as the running server. */
export function notePorts(dataDirectory: string, ports: Ports): void {
  writeFileSync(join(dataDirectory, fileName), JSON.stringify(ports));
}

/** The noted ports; null where there are none, or what there is was damaged. */
export function notedPorts(dataDirectory: string): Ports | null {
  try {
    const noted = JSON.parse(readFileSync(join(dataDirectory, fileName), "utf8"));
    const { server, practice, management, companions } = noted;
    return [server, practice, management, ...companions].every(isPort) ? noted : null;
  } catch {
    return null;
  }
}

export function isPort(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 65_535;
}

async function freePort(usual: number): Promise<number> {
  return usual <= 65_535 && (await isFree(usual)) ? usual : anyFreePort();
}

function isFree(port: number): Promise<boolean> {
  return tryListen(port).then((taken) => taken !== null);
}

async function anyFreePort(): Promise<number> {
  const port = await tryListen(0);
  if (port === null) throw new AppError("port_in_use", "No free port was found.");
  return port;
}

function tryListen(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen({ port, host: "127.0.0.1" }, () => {
      const address = server.address();
      const taken = typeof address === "object" && address ? address.port : null;
      server.close(() => resolve(taken));
    });
  });
}
