import { createSocket, type Socket } from "node:dgram";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createHostResolver, type HostResolverOptions } from "./resolve-host.ts";

const answerTo: { now: (question: Buffer) => Buffer | null } = { now: () => null };
let server: Socket;
let directory: string;
let asked: string[];
beforeAll(async () => {
  server = createSocket("udp4");
  server.on("message", (question, from) => {
    const answer = answerTo.now(question);
    if (answer) server.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
  directory = await mkdtemp(join(tmpdir(), "holdfast-hosts-"));
  await writeFile(join(directory, "hosts"), "# ours\n192.0.2.7 here.example.com also.example.com # one\n::1\tsix\n");
});
afterAll(async () => {
  server.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  asked = [];
});

const silent = () => null;

/** There is no such name (RFC 1035, section 4.1.1: RCODE 3). */
function noSuchName(question: Buffer): Buffer {
  const answer = Buffer.from(question);
  answer.writeUInt16BE(0x8183, 2);
  return answer;
}

/** One address for whoever asks for IPv4, none for IPv6. */
function oneAddress(question: Buffer): Buffer {
  const end = question.indexOf(0, 12) + 5;
  const isFour = question.readUInt16BE(end - 4) === 1;
  const answer = Buffer.from(question.subarray(0, end));
  answer.writeUInt16BE(0x8180, 2);
  answer.writeUInt16BE(isFour ? 1 : 0, 6);
  answer.writeUInt16BE(0, 10);
  const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, 5]);
  return isFour ? Buffer.concat([answer, record]) : answer;
}

function createTestResolver(options: HostResolverOptions = {}) {
  return createHostResolver({
    servers: [`127.0.0.1:${server.address().port}`],
    hostsFile: join(directory, "hosts"),
    timeoutMs: 200,
    async askSystem(host) {
      asked.push(host);
      return [{ address: "10.0.0.1", family: 4 }];
    },
    ...options,
  });
}

describe("a name", () => {
  it.each([
    ["here.example.com", "192.0.2.7"],
    ["Also.Example.com.", "192.0.2.7"],
    ["six", "::1"],
  ])("that the machine itself knows is not asked about: %s", async (host, address) => {
    answerTo.now = oneAddress;
    expect(await createTestResolver()(host)).toEqual([{ address, family: address.includes(":") ? 6 : 4 }]);
  });

  it("that DNS knows is what DNS says, and the system is not asked", async () => {
    answerTo.now = oneAddress;
    expect(await createTestResolver()("there.example.com")).toEqual([{ address: "203.0.113.5", family: 4 }]);
    expect(asked).toEqual([]);
  });

  it.each([
    ["DNS does not know", noSuchName],
    ["has no address there", (question: Buffer) => Buffer.from(noSuchName(question)).fill(0x80, 3, 4)],
  ])("that %s may be one that the system knows", async (_, answer) => {
    answerTo.now = answer;
    expect(await createTestResolver()("intranet")).toEqual([{ address: "10.0.0.1", family: 4 }]);
    expect(asked).toEqual(["intranet"]);
  });
});

describe("names whose servers do not answer", () => {
  it("are given up in time, and the system, whose threads would wait for them, is not asked", async () => {
    answerTo.now = silent;
    const resolve = createTestResolver();
    const begun = performance.now();
    const found = await Promise.allSettled(
      Array.from({ length: 50 }, (_, each) => resolve(`slow-${each}.example.com`)),
    );
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(found.every((each) => each.status === "rejected" && each.reason.failure === "timed_out")).toBe(true);
    expect(asked).toEqual([]);
  });

  it("keep no other name waiting", async () => {
    answerTo.now = (question) => (question.includes("slow") ? null : oneAddress(question));
    const resolve = createTestResolver({ timeoutMs: 2_000 });
    const slow = Array.from({ length: 50 }, (_, each) => resolve(`slow-${each}.example.com`).catch(() => "given up"));
    expect(await resolve("quick.example.com")).toEqual([{ address: "203.0.113.5", family: 4 }]);
    expect(await Promise.race([...slow, "waiting"])).toBe("waiting");
    await Promise.all(slow);
  }, 15_000);
});

it("the system is asked about one name at a time", async () => {
  answerTo.now = noSuchName;
  let [running, most] = [0, 0];
  const resolve = createTestResolver({
    async askSystem() {
      running += 1;
      most = Math.max(most, running);
      await new Promise((done) => setImmediate(done));
      running -= 1;
      return [];
    },
  });
  await Promise.all(["a", "b", "c", "d"].map(resolve));
  expect(most).toBe(1);
});
