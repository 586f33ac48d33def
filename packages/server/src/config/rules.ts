import type { Mode } from "./mode.ts";
import type { PlacedProblem } from "./problems.ts";
import type { ClientConfig, ParsedConfig } from "./schema.ts";
import { decodeSecret, shortestSecret } from "./secret.ts";

export interface RuleContext {
  readonly mode: Mode;
  readonly hasDevelopmentSecret: boolean;
}

/** What stands under /signin/ beside the providers. */
const takenAddresses = ["account", "redeem"];

/** What one field's schema cannot say. */
export function checkRules(config: ParsedConfig, { mode, hasDevelopmentSecret }: RuleContext): PlacedProblem[] {
  return [
    ...checkSecrets(config, hasDevelopmentSecret),
    ...checkReferences(config),
    ...config.clients.flatMap((client, index) => checkClient(client, index)),
    ...checkServices(config),
    ...checkFeed(config),
    ...(mode === "production" ? checkProduction(config) : []),
  ];
}

function checkSecrets({ secret, previousSecrets }: ParsedConfig, hasDevelopmentSecret: boolean): PlacedProblem[] {
  const problems: PlacedProblem[] = [];
  if (secret === undefined && !hasDevelopmentSecret) {
    const message = "is missing; set HOLDFAST_SECRET, for example to the output of `openssl rand -base64 32`";
    problems.push({ at: ["secret"], message });
  }
  const given = [
    { at: ["secret"], value: secret },
    ...previousSecrets.map((value, index) => ({ at: ["previousSecrets", index], value })),
  ];
  for (const { at, value } of given) {
    if (value !== undefined && decodeSecret(value).length < shortestSecret) {
      problems.push({ at, message: `holds fewer than ${shortestSecret} bytes` });
    }
  }
  return problems;
}

function checkReferences({ providers, clients, services, signin }: ParsedConfig): PlacedProblem[] {
  const problems: PlacedProblem[] = [];
  for (const [name, list] of Object.entries({ providers, clients, services })) {
    const ids = list.map(({ id }) => id);
    for (const [index, id] of ids.entries()) {
      if (ids.indexOf(id) < index) problems.push({ at: [name, index, "id"], message: `"${id}" is used twice` });
    }
  }
  for (const [index, { id }] of providers.entries()) {
    if (takenAddresses.includes(id)) {
      problems.push({
        at: ["providers", index, "id"],
        message: `"${id}" is taken: /signin/${id} is a page of Holdfast`,
      });
    }
  }
  const { defaultProvider } = signin;
  if (defaultProvider !== undefined && !providers.some(({ id }) => id === defaultProvider)) {
    problems.push({ at: ["signin", "defaultProvider"], message: `"${defaultProvider}" is not among the providers` });
  }
  return problems;
}

function checkClient({ type, secret, rotate }: ClientConfig, index: number): PlacedProblem[] {
  const problems: PlacedProblem[] = [];
  const add = (field: string, message: string) => problems.push({ at: ["clients", index, field], message });
  if (type === "confidential" && secret === undefined) add("secret", "is missing; a confidential client has one");
  if (type === "public" && secret !== undefined) add("secret", "is set, but a public client cannot keep a secret");
  if (type === "public" && !rotate) add("rotate", "is false; a public client's refresh token must rotate");
  return problems;
}

function checkFeed({ feed, services }: ParsedConfig): PlacedProblem[] {
  if (feed.access === "public" || services.some(({ may }) => may.includes("follow"))) return [];
  return [{ at: ["feed", "access"], message: "lets only services follow, but none of them may `follow`" }];
}

/** Each authenticates with a name and a secret of its own. */
function checkServices({ services, clients }: ParsedConfig): PlacedProblem[] {
  return services.flatMap(({ id, secret }, index) => {
    const problems: PlacedProblem[] = [];
    if (secret === undefined) problems.push({ at: ["services", index, "secret"], message: "is missing" });
    if (clients.some((client) => client.id === id)) {
      problems.push({ at: ["services", index, "id"], message: `"${id}" is a client's; the two must be told apart` });
    }
    return problems;
  });
}

function checkProduction({ issuer, providers, clients }: ParsedConfig): PlacedProblem[] {
  const problems: PlacedProblem[] = [];
  if (issuer === undefined) {
    problems.push({ at: ["issuer"], message: "is missing; set HOLDFAST_ISSUER to the public https address" });
  }
  if (providers.length === 0) {
    problems.push({ at: ["providers"], message: "is empty; people need a provider to sign in with" });
  }
  const addresses = [
    { at: ["issuer"], address: issuer },
    ...providers.map((provider, index) => ({ at: ["providers", index, "issuer"], address: provider.issuer })),
    ...clients.flatMap((client, index) => addressesOf(client, index)),
  ];
  for (const { at, address } of addresses) {
    if (address !== undefined && isExposed(address)) {
      problems.push({ at, message: "is http; outside this machine it must be https" });
    }
  }
  return problems;
}

/** Where a client's people are sent, and whose pages may ask with their cookies. */
function addressesOf({ origins, signin, signout }: ClientConfig, index: number) {
  const at = (...path: (string | number)[]) => ["clients", index, ...path];
  return [
    ...origins.map((address, number) => ({ at: at("origins", number), address })),
    { at: at("signin", "success"), address: signin.success },
    { at: at("signin", "failed"), address: signin.failed },
    { at: at("signout", "success"), address: signout.success },
  ];
}

/** Whether what is sent there crosses a network unencrypted. */
function isExposed(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "http:" && !["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}
