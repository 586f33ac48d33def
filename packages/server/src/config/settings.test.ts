import { describe, expect, it } from "vitest";
import { client, pathsOf, problemsOf, provider, read } from "./config.testing.ts";

describe("settings of the wrong type", () => {
  it.each<[unknown, string, string]>([
    [{ port: "4000" }, "port", "is not a whole number from 0 to 65535"],
    [{ port: null }, "port", "is not a whole number from 0 to 65535"],
    [{ port: true }, "port", "is not a whole number from 0 to 65535"],
    [{ port: 65_536 }, "port", "is not a whole number from 0 to 65535"],
    [{ port: 80.5 }, "port", "is not a whole number from 0 to 65535"],
    [{ workers: 0 }, "workers", "is not a whole number from 1 to 64"],
    [{ workers: "two" }, "workers", 'is neither "auto" nor a whole number from 1 to 64'],
    [{ trustedProxies: -1 }, "trustedProxies", "is not a whole number from 0 to 10"],
    [{ database: { poolSize: 0 } }, "database.poolSize", "is not a whole number from 1 to 200"],
    [{ feed: { maxFollowers: 0 } }, "feed.maxFollowers", "is not a whole number from 1 to 1000000"],
    [{ brand: { name: 5 } }, "brand.name", "is not text"],
    [{ brand: { name: "" } }, "brand.name", "is empty"],
    [{ brand: { name: "x".repeat(61) } }, "brand.name", "is longer than 60 characters"],
    [{ brand: "Acme" }, "brand", "is not an object"],
    [{ brand: { name: () => "Acme" } }, "brand.name", "is not text"],
    [{ clients: {} }, "clients", "is not a list"],
    [{ clients: ["app"] }, "clients[0]", "is not an object"],
    [{ clients: [{ ...client, rotate: "yes" }] }, "clients[0].rotate", "is not true or false"],
    [{ clients: [{ ...client, dpop: "on" }] }, "clients[0].dpop", 'is not "off" or "allowed" or "required"'],
    [{ clients: [{ ...client, type: "secret" }] }, "clients[0].type", 'is not "public" or "confidential"'],
    [{ clients: [{ ...client, audience: 5 }] }, "clients[0].audience", "is neither a name nor a list of names"],
    [{ clients: [{ ...client, audience: [] }] }, "clients[0].audience", "is empty"],
    [{ clients: [{ ...client, id: "Ä" }] }, "clients[0].id", expect.stringMatching(/^takes lower-case letters/)],
    [{ allowSessionCreate: "true" }, "allowSessionCreate", "is neither true nor false"],
    [{ logs: { level: "loud" } }, "logs.level", expect.stringMatching(/^is not "trace" or /)],
    [{ database: { schema: 'x"; drop schema public' } }, "database.schema", expect.stringMatching(/PostgreSQL name/)],
    [{ database: { url: "http://db" } }, "database.url", "is not a postgres:// URL"],
    [{ database: { url: "postgres://u:p#ss@db/x" } }, "database.url", expect.stringMatching(/percent-encoded/)],
    [{ providers: [{ ...provider, scope: "profile" }] }, "providers[0].scope", expect.stringMatching(/openid/)],
  ])("%j is refused", (settings, path, message) => {
    expect(problemsOf(settings)).toContainEqual({ path, message });
  });

  it.each([null, undefined, [], "text", 5, true])("a configuration that is %j is refused", (settings) => {
    expect(problemsOf(settings)).toEqual([{ path: "configuration", message: "is not an object with settings" }]);
  });

  it.each<[unknown, string[]]>([
    [{ clients: [{}] }, ["clients[0].audience", "clients[0].id", "clients[0].signin"]],
    [{ providers: [{}] }, ["providers[0].clientId", "providers[0].id", "providers[0].issuer"]],
  ])("%j lacks what has no default", (settings, paths) => {
    const problems = problemsOf(settings);
    expect(problems.map(({ path }) => path).sort()).toEqual(paths);
    expect(new Set(problems.map(({ message }) => message))).toEqual(new Set(["is missing"]));
  });

  it("takes a socket's database URL, which has no host", () => {
    expect(pathsOf({ database: { url: "postgres://user:secret@/holdfast?host=/var/run/postgresql" } })).toEqual([]);
  });
});

describe("unknown settings", () => {
  it.each<[unknown, string]>([
    [{ colour: "red" }, "colour"],
    [{ tokens: { acess: "5m" } }, "tokens.acess"],
    [{ database: { uri: "x" } }, "database.uri"],
    [{ management: { prot: 1 } }, "management.prot"],
    [{ brand: { logo: "x" } }, "brand.logo"],
    [{ signin: { default: "x" } }, "signin.default"],
    [{ sessions: { max: 1 } }, "sessions.max"],
    [{ keys: { rotate: 1 } }, "keys.rotate"],
    [{ feed: { tick: 1 } }, "feed.tick"],
    [{ logs: { format: 1 } }, "logs.format"],
    [{ providers: [{ ...provider, secret: "x" }] }, "providers[0].secret"],
    [{ clients: [{ ...client, redirect: "x" }] }, "clients[0].redirect"],
    [{ clients: [{ ...client, signin: { ...client.signin, faild: "x" } }] }, "clients[0].signin.faild"],
    [{ clients: [{ ...client, signout: { succes: "x" } }] }, "clients[0].signout.succes"],
    [{ clients: [{ ...client, tokens: { idle: "1m" } }] }, "clients[0].tokens.idle"],
    [{ companions: [{ name: "web", command: ["x"], cwd: "." }] }, "companions[0].cwd"],
  ])("%j are refused by name", (settings, path) => {
    expect(problemsOf(settings)).toEqual([{ path, message: "is not a setting of Holdfast" }]);
  });
});

describe("lengths of time", () => {
  it.each<[unknown, number]>([
    ["90s", 90],
    ["15m", 900],
    ["12h", 43_200],
    ["30d", 2_592_000],
    [600, 600],
  ])("reads %j", (access, seconds) => {
    expect(read({ tokens: { access } }).tokens.access).toBe(seconds);
  });

  it.each([
    "15",
    "15 m",
    "15min",
    "1.5h",
    "-5m",
    "",
    "PT15M",
    "1e3s",
    "9999999999s",
    -1,
    1.5,
    Number.NaN,
    null,
    [900],
    {},
  ])("refuses %j, and shows how it is written", (access) => {
    expect(problemsOf({ tokens: { access } })).toEqual([
      { path: "tokens.access", message: expect.stringMatching(/"90s", "15m", "12h", "30d" or a number of seconds/) },
    ]);
  });

  it.each<[unknown, string]>([
    [{ tokens: { access: "0s" } }, "tokens.access"],
    [{ clients: [{ ...client, tokens: { refreshIdle: 0 } }] }, "clients[0].tokens.refreshIdle"],
    [{ tokens: { overlap: "6m" } }, "tokens.overlap"],
    [{ clients: [{ ...client, tokens: { overlap: 301 } }] }, "clients[0].tokens.overlap"],
    // A timer of no length, or one too long for a timer, would fire without a pause.
    [{ feed: { heartbeat: "0s" } }, "feed.heartbeat"],
    [{ feed: { heartbeat: "30d" } }, "feed.heartbeat"],
    [{ providers: [{ ...provider, timeout: 0 }] }, "providers[0].timeout"],
    // A date so far away does not exist.
    [{ sessions: { absolute: "999999999d" } }, "sessions.absolute"],
  ])("refuses %j, which nobody can mean", (settings, path) => {
    expect(problemsOf(settings)).toEqual([{ path, message: expect.stringMatching(/^is not between \w+ and \w+$/) }]);
  });

  it("lets the overlap be nothing at all", () => {
    expect(read({ tokens: { overlap: "0s" } }).tokens.overlap).toBe(0);
  });
});

describe("addresses", () => {
  const issuers: [string, string][] = [
    ["https://id.example.com/", "https://id.example.com"],
    ["https://id.example.com/auth", "https://id.example.com"],
    ["https://id.example.com?tenant=1", "https://id.example.com"],
    ["https://id.example.com#top", "https://id.example.com"],
    ["https://user:pass@id.example.com", "https://id.example.com"],
    ["https://ID.example.com", "https://id.example.com"],
    ["HTTPS://id.example.com", "https://id.example.com"],
    ["https://id.example.com:443", "https://id.example.com"],
  ];

  it.each(issuers)("refuses the issuer %s, and says to write %s", (issuer, wanted) => {
    expect(problemsOf({ issuer })).toEqual([
      { path: "issuer", message: expect.stringMatching(new RegExp(`write ${wanted}$`)) },
    ]);
  });

  it.each(issuers)("refuses the origin %s, and says to write %s", (origin, wanted) => {
    expect(problemsOf({ clients: [{ ...client, origins: [origin] }] })).toEqual([
      { path: "clients[0].origins[0]", message: expect.stringMatching(new RegExp(`write ${wanted}$`)) },
    ]);
  });

  it.each(["id.example.com", "javascript:alert(1)", "ftp://id.example.com", "", "https://", "//id.example.com", "*"])(
    "refuses %j as an address of any kind",
    (address) => {
      const paths = pathsOf({
        issuer: address,
        clients: [{ ...client, origins: [address], signin: { success: address } }],
      });
      expect(paths.sort()).toEqual(["clients[0].origins[0]", "clients[0].signin.success", "issuer"]);
    },
  );

  it.each(["https://id.example.com", "http://localhost:4000", "https://id.example.com:8443", "http://[::1]:4000"])(
    "takes the issuer %s",
    (issuer) => {
      expect(read({ issuer }).issuer).toBe(issuer);
    },
  );
});
