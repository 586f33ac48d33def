import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGuardedFetch, type GuardedFetchOptions } from "./guarded-fetch.ts";
import { OutboundError } from "./outbound-error.ts";
import type { ResolvedAddress } from "./resolve-host.ts";

let server: Server;
let port: number;
let listener: RequestListener;
const requests: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.headers.host} ${request.url}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const loopback: ResolvedAddress = { address: "127.0.0.1", family: 4 };
const allow = ["127.0.0.1/32"];
const get = { method: "GET" } as const;

/** What became of a request: its status, or why there was no answer. */
async function outcomeOf(url: string, options: GuardedFetchOptions = {}): Promise<number | string> {
  try {
    return (await createGuardedFetch(options)(url, get)).status;
  } catch (error) {
    if (error instanceof OutboundError) return error.failure;
    throw error;
  }
}

describe("an address that was not allowed", () => {
  it.each([
    ["plain", "http://127.0.0.1:PORT/"],
    ["in decimal", "http://2130706433:PORT/"],
    ["in hexadecimal", "http://0x7f000001:PORT/"],
    ["in parts of hexadecimal", "http://0x7f.0.0.0x1:PORT/"],
    ["in octal", "http://0177.0.0.01:PORT/"],
    ["shortened", "http://127.1:PORT/"],
    ["as zero", "http://0:PORT/"],
    ["with a dot at its end", "http://127.0.0.1.:PORT/"],
    ["in other digits", "http://①②⑦.⓪.⓪.①:PORT/"],
    ["percent-encoded", "http://%31%32%37.0.0.1:PORT/"],
    ["IPv6", "http://[::1]:PORT/"],
    ["IPv4-mapped IPv6", "http://[::ffff:127.0.0.1]:PORT/"],
    ["IPv4-mapped IPv6 in hexadecimal", "http://[::ffff:7f00:1]:PORT/"],
    ["written out IPv6", "http://[0:0:0:0:0:ffff:7f00:0001]:PORT/"],
    ["NAT64", "http://[64:ff9b::7f00:1]:PORT/"],
    ["the clouds' metadata", "http://169.254.169.254/latest/meta-data/"],
    ["the name of this machine", "http://localhost:PORT/"],
    ["over https", "https://127.0.0.1:PORT/"],
  ])("is not reached: %s", async (_, url) => {
    const before = requests.length;
    expect(await outcomeOf(url.replace("PORT", String(port)))).toBe("address_blocked");
    expect(requests).toHaveLength(before);
  });

  it.each<[string, ResolvedAddress[]]>([
    ["is one of this machine", [loopback]],
    ["is among public ones", [{ address: "8.8.8.8", family: 4 }, loopback]],
    ["is an IPv6 address that maps one", [{ address: "::ffff:10.0.0.1", family: 6 }]],
    ["is a unique local one", [{ address: "fd00:ec2::254", family: 6 }]],
    ["is link-local with a zone", [{ address: "fe80::1%eth0", family: 6 }]],
  ])("is not reached by a name: it %s", async (_, addresses) => {
    const before = requests.length;
    expect(await outcomeOf(`http://rebind.example:${port}/`, { resolve: async () => addresses })).toBe(
      "address_blocked",
    );
    expect(requests).toHaveLength(before);
  });
});

describe("a name", () => {
  it("is looked up once, and the connection made to what was checked, whatever it stands for by then", async () => {
    listener = (_, response) => response.end();
    const answers = [[loopback], [{ address: "10.0.0.1", family: 4 }]];
    let lookups = 0;
    const resolve = async () => answers[Math.min(lookups++, 1)] ?? [];
    const fetch = createGuardedFetch({ allow, resolve });
    expect(await fetch(`http://rebind.example:${port}/path?q=1`, get)).toMatchObject({ status: 200 });
    expect(lookups).toBe(1);
    // The server still hears the name it was asked by.
    expect(requests.at(-1)).toBe(`GET rebind.example:${port} /path?q=1`);
    await expect(fetch(`http://rebind.example:${port}/`, get)).rejects.toMatchObject({ failure: "address_blocked" });
  });

  it("that stands for nothing is unknown", async () => {
    expect(await outcomeOf("http://nobody.invalid/")).toBe("host_unknown");
    expect(await outcomeOf("http://nobody.example/", { resolve: async () => [] })).toBe("host_unknown");
  });

  it("whose look-up does not end is given up in time", async () => {
    const resolve = () => new Promise<never>(() => undefined);
    expect(await outcomeOf("http://slow.example/", { resolve, timeoutMs: 50 })).toBe("timed_out");
  });
});

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])("of status %i is an answer like any other", async (status) => {
    listener = (_, response) => response.writeHead(status, { Location: "http://169.254.169.254/" }).end();
    const before = requests.length;
    expect(await outcomeOf(`http://127.0.0.1:${port}/`, { allow })).toBe(status);
    expect(requests).toHaveLength(before + 1);
  });
});

describe("an answer", () => {
  it("that does not come is given up in time", async () => {
    listener = () => undefined;
    expect(await outcomeOf(`http://127.0.0.1:${port}/`, { allow, timeoutMs: 100 })).toBe("timed_out");
  });

  it("whose headers drip is given up in time", async () => {
    listener = ({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\nX-Slow: ");
      const drip = setInterval(() => socket.write("X"), 20);
      socket.on("close", () => clearInterval(drip));
    };
    expect(await outcomeOf(`http://127.0.0.1:${port}/`, { allow, timeoutMs: 200 })).toBe("timed_out");
  });

  it("whose body drips says what it said until then", async () => {
    listener = (_, response) => response.writeHead(202).write("begun");
    const fetch = createGuardedFetch({ allow, timeoutMs: 200 });
    const { status, body } = await fetch(`http://127.0.0.1:${port}/`, get);
    expect([status, body.toString()]).toEqual([202, "begun"]);
  });

  it("that is endless is read as far as is allowed", async () => {
    let isClosed = false;
    listener = (_, response) => {
      const flood = () => {
        while (response.writable && response.write(Buffer.alloc(65_536, "x")));
      };
      response.on("drain", flood).on("close", () => {
        isClosed = true;
      });
      flood();
    };
    const fetch = createGuardedFetch({ allow, maximumBytes: 1_000 });
    expect((await fetch(`http://127.0.0.1:${port}/`, get)).body).toHaveLength(1_000);
    await expect.poll(() => isClosed).toBe(true);
  });

  it("with too many headers is none", async () => {
    listener = (_, response) => response.writeHead(200, { "X-Long": "x".repeat(20_000) }).end();
    expect(await outcomeOf(`http://127.0.0.1:${port}/`, { allow })).toBe("connection_failed");
  });

  it("that wants to go on in another protocol is none", async () => {
    listener = ({ socket }) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n");
    expect(await outcomeOf(`http://127.0.0.1:${port}/`, { allow, timeoutMs: 200 })).toBe("connection_failed");
  });

  it("that breaks off is none", async () => {
    listener = ({ socket }) => socket.destroy();
    expect(await outcomeOf(`http://127.0.0.1:${port}/`, { allow })).toBe("connection_failed");
  });
});

it.each([
  ["no URL", "hooks.example.com"],
  ["a file", "file:///etc/passwd"],
  ["another protocol", "gopher://127.0.0.1:6379/_FLUSHALL"],
  ["with a password", "http://user:secret@example.com/"],
])("what is %s is not sent", async (_, url) => {
  expect(await outcomeOf(url)).toBe("url_invalid");
});

it("TLS that fails is told as such", async () => {
  expect(await outcomeOf(`https://127.0.0.1:${port}/`, { allow })).toBe("tls_failed");
});

it("no proxy of the environment is asked", async () => {
  listener = (_, response) => response.end();
  const { env } = process;
  const proxy = "http://127.0.0.1:1";
  process.env = { ...env, HTTP_PROXY: proxy, http_proxy: proxy, NODE_USE_ENV_PROXY: "1" };
  try {
    expect(await outcomeOf(`http://127.0.0.1:${port}/`, { allow })).toBe(200);
  } finally {
    process.env = env;
  }
});

it("is sent whole, and ends when its sender does not want it any more", async () => {
  const bodies: string[] = [];
  listener = async (request, response) => {
    for await (const chunk of request) bodies.push(String(chunk));
    response.end();
  };
  const fetch = createGuardedFetch({ allow });
  const body = '{"name":"Zoë"}';
  await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body, headers: { "content-type": "application/json" } });
  expect(bodies).toEqual([body]);
  listener = () => undefined;
  const stop = AbortSignal.timeout(50);
  await expect(fetch(`http://127.0.0.1:${port}/`, { ...get, signal: stop })).rejects.toMatchObject({
    failure: "connection_failed",
  });
});
