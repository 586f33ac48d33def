import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../testing/free-port.ts";
import { notedPorts, notePorts, pickPorts, usualPorts } from "./ports.ts";

const servers: Server[] = [];
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-ports-"));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(directory, { recursive: true });
});

async function take(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ port, host: "127.0.0.1" }, resolve));
  servers.push(server);
}

const all = ({ server, practice, management, companions }: ReturnType<typeof usualPorts>) => [
  server,
  practice,
  management,
  ...companions,
];

describe("the ports of a set-up", () => {
  it("are the ones people expect: 4000 and those after it, each once", () => {
    const ports = usualPorts(4_000);
    expect(ports).toMatchObject({ server: 4_000, practice: 4_001, management: 4_009 });
    expect(new Set(all(ports)).size).toBe(all(ports).length);
  });

  it("give way beside the server's own where they are taken", async () => {
    const server = await freePort();
    await take(usualPorts(server).practice);
    const ports = await pickPorts(server);
    expect(ports.server).toBe(server);
    expect(ports.practice).not.toBe(usualPorts(server).practice);
  });

  it("are refused where the server's own is taken, rather than changed in silence", async () => {
    const server = await freePort();
    await take(server);
    await expect(pickPorts(server)).rejects.toMatchObject({
      code: "port_in_use",
      detail: expect.stringContaining(String(server)),
    });
  });

  it("stay within what a port can be, also at the end of the range", async () => {
    for (const port of all(await pickPorts(0))) expect(port).toBeLessThanOrEqual(65_535);
    for (const port of all(await pickPorts(65_535)).slice(1)) expect(port).toBeLessThanOrEqual(65_535);
  });
});

describe("noted ports", () => {
  it("are read back", () => {
    notePorts(directory, usualPorts(5_000));
    expect(notedPorts(directory)).toEqual(usualPorts(5_000));
  });

  it.each(["", "{", "null", "[]", '{"server":"x"}'])("that are damaged, as %j, are as good as none", (text) => {
    writeFileSync(join(directory, "ports.json"), text);
    expect(notedPorts(directory)).toBeNull();
  });

  it("that were never noted are none", () => {
    expect(notedPorts(directory)).toBeNull();
  });
});
