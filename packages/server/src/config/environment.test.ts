import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { client, goodSecret, problemsOf, provider, read } from "./config.testing.ts";
import { environmentVariables } from "./environment.ts";

const directory = mkdtempSync(join(tmpdir(), "holdfast-environment-"));
afterAll(() => rmSync(directory, { recursive: true }));

function fileWith(content: string): string {
  const path = join(directory, `${Math.random()}`);
  writeFileSync(path, content);
  return path;
}

const settings = {
  port: 1,
  clients: [{ ...client, id: "my-app.v2", type: "confidential", secret: "f".repeat(24) }],
  providers: [{ ...provider, id: "azure-ad", clientSecret: "from the file" }],
};

describe("the environment", () => {
  it.each<[Record<string, string>, object]>([
    [{ PORT: "5000" }, { port: 5_000 }],
    [{ DATABASE_URL: "postgres://db/x" }, { database: { url: "postgres://db/x" } }],
    [{ HOLDFAST_ISSUER: "https://id.example.com" }, { issuer: "https://id.example.com", secure: true }],
    [{ HOLDFAST_HOST: "::" }, { host: "::" }],
    [{ HOLDFAST_TRUSTED_PROXIES: "2" }, { trustedProxies: 2 }],
    [{ HOLDFAST_DATA: "/data" }, { data: "/data" }],
    [{ HOLDFAST_DATABASE_SCHEMA: "tenant" }, { database: { schema: "tenant" } }],
    [{ HOLDFAST_DATABASE_POOL_SIZE: "3" }, { database: { poolSize: 3 } }],
    [{ HOLDFAST_MANAGEMENT_PORT: "9" }, { management: { port: 9 } }],
    [{ HOLDFAST_MANAGEMENT_HOST: "::1" }, { management: { host: "::1" } }],
    [{ HOLDFAST_LOG_LEVEL: "debug" }, { logs: { level: "debug" } }],
    [{ HOLDFAST_ALLOW_SESSION_CREATE: "true" }, { allowSessionCreate: true }],
    [{ HOLDFAST_PROVIDER_AZURE_AD_CLIENT_ID: "id" }, { providers: [{ clientId: "id" }] }],
    [{ HOLDFAST_PROVIDER_AZURE_AD_CLIENT_SECRET: "s" }, { providers: [{ clientSecret: "s" }] }],
    [{ HOLDFAST_CLIENT_MY_APP_V2_SECRET: "e".repeat(24) }, { clients: [{ secret: "e".repeat(24) }] }],
  ])("%j wins over the file", (environment, expected) => {
    expect(read(settings, { environment })).toMatchObject(expected);
  });

  it("does not change the settings it was given", () => {
    read(settings, { environment: { PORT: "5000", HOLDFAST_PROVIDER_AZURE_AD_CLIENT_SECRET: "s" } });
    expect(settings.port).toBe(1);
    expect(settings.providers[0]?.clientSecret).toBe("from the file");
  });

  it("sets nothing with an empty variable", () => {
    expect(read({ port: 1 }, { environment: { PORT: "", DATABASE_URL: "", HOLDFAST_SECRET: "" } }).port).toBe(1);
  });

  it("gives way to what the command line settled", () => {
    expect(read({ port: 1 }, { environment: { PORT: "2" }, settled: { port: 3 } }).port).toBe(3);
  });

  it.each([`${goodSecret} ${goodSecret}`, `${goodSecret},${goodSecret}`, `${goodSecret}\n${goodSecret}\n`])(
    "holds several former secrets, as in %j",
    (value) => {
      expect(read({}, { environment: { HOLDFAST_SECRET_PREVIOUS: value } }).secrets).toHaveLength(3);
    },
  );

  it("lists every variable that sets something, with its setting", () => {
    expect(environmentVariables.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "PORT",
        "DATABASE_URL",
        "HOLDFAST_SECRET",
        "HOLDFAST_SECRET_PREVIOUS",
        "HOLDFAST_ISSUER",
      ]),
    );
  });
});

describe("a problem with a value from the environment", () => {
  it.each<[Record<string, string>, string]>([
    [{ PORT: "many" }, "PORT"],
    [{ PORT: " " }, "PORT"],
    [{ PORT: "0x10" }, "PORT"],
    [{ PORT: "65536" }, "PORT"],
    [{ DATABASE_URL: "mysql://db" }, "DATABASE_URL"],
    [{ HOLDFAST_ISSUER: "https://id.example.com/" }, "HOLDFAST_ISSUER"],
    [{ HOLDFAST_TRUSTED_PROXIES: "all" }, "HOLDFAST_TRUSTED_PROXIES"],
    [{ HOLDFAST_ALLOW_SESSION_CREATE: "maybe" }, "HOLDFAST_ALLOW_SESSION_CREATE"],
    [{ HOLDFAST_LOG_LEVEL: "loud" }, "HOLDFAST_LOG_LEVEL"],
    [{ HOLDFAST_SECRET: "short" }, "HOLDFAST_SECRET"],
    [{ HOLDFAST_SECRET_PREVIOUS: "short" }, "HOLDFAST_SECRET_PREVIOUS"],
    [{ HOLDFAST_CLIENT_MY_APP_V2_SECRET: "short" }, "HOLDFAST_CLIENT_MY_APP_V2_SECRET"],
  ])("in %j is told by the variable's name", (environment, path) => {
    expect(problemsOf(settings, { environment }).map((problem) => problem.path)).toEqual([path]);
  });
});

describe("variables that set nothing", () => {
  it.each([
    "HOLDFAST_SECERT",
    "HOLDFAST_ISSUER_URL",
    "HOLDFAST_SECERT_FILE",
    "HOLDFAST_PROVIDER_GOGLE_CLIENT_SECRET",
    "HOLDFAST_PROVIDER_AZURE_AD_SECRET",
    "HOLDFAST_CLIENT_APP_SECRET",
    "HOLDFAST_CLIENT_MY_APP_V2_SECRT_FILE",
  ])("%s is refused by name", (name) => {
    expect(problemsOf(settings, { environment: { [name]: "x" } })).toEqual([
      { path: name, message: expect.stringMatching(/^(is not a setting of Holdfast|fits no (provider|client) of )/) },
    ]);
  });

  it.each(["HOLDFAST_CONFIG", "HOLDFAST_NODE", "PATH", "HOLDFASTER"])("%s is none of our business", (name) => {
    expect(problemsOf(settings, { environment: { [name]: "x" } })).toEqual([]);
  });
});

describe("a secret in a file", () => {
  it("is read without the line break at its end", () => {
    const secret = "a phrase of more than thirty-two bytes";
    const { secrets } = read({}, { environment: { HOLDFAST_SECRET_FILE: fileWith(`${secret}\n`) } });
    expect(Buffer.from(secrets[0] ?? []).toString()).toBe(secret);
  });

  it("works for every variable", () => {
    const environment = {
      PORT_FILE: fileWith("5000\n"),
      HOLDFAST_PROVIDER_AZURE_AD_CLIENT_SECRET_FILE: fileWith("from a file of its own\n"),
      HOLDFAST_CLIENT_MY_APP_V2_SECRET_FILE: fileWith("e".repeat(24)),
    };
    expect(read(settings, { environment })).toMatchObject({
      port: 5_000,
      providers: [{ clientSecret: "from a file of its own" }],
      clients: [{ secret: "e".repeat(24) }],
    });
  });

  it("is refused beside the variable itself", () => {
    const environment = { HOLDFAST_SECRET: goodSecret, HOLDFAST_SECRET_FILE: fileWith(goodSecret) };
    expect(problemsOf({}, { environment })).toEqual([
      { path: "HOLDFAST_SECRET", message: expect.stringMatching(/HOLDFAST_SECRET_FILE.*one of the two/) },
    ]);
  });

  it.each(["/nowhere/secret", directory])("is told by name when %s cannot be read", (path) => {
    expect(problemsOf({}, { environment: { HOLDFAST_SECRET_FILE: path } })).toEqual([
      { path: "HOLDFAST_SECRET_FILE", message: expect.stringMatching(/^cannot be read: /) },
    ]);
  });

  it("is refused when it is empty, rather than passed over", () => {
    expect(problemsOf({}, { environment: { HOLDFAST_SECRET_FILE: fileWith("\n") } })).toEqual([
      { path: "HOLDFAST_SECRET", message: expect.stringMatching(/32 bytes/) },
    ]);
  });
});
