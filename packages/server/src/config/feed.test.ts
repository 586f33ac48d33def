import { describe, expect, it } from "vitest";
import { applyEnvironment } from "./environment.ts";
import { type ConfigInput, parseConfig } from "./index.ts";

const secret = "a-secret-of-24-characters";
const parse = (input: ConfigInput) =>
  parseConfig(input, { mode: "development", developmentSecret: () => "x".repeat(32) });

describe("the feed's access", () => {
  it("is public unless told", () => {
    expect(parse({}).feed).toMatchObject({ access: "public", heartbeat: 5, maxFollowers: 5_000 });
  });

  it("for services needs one that may follow", () => {
    expect(() => parse({ feed: { access: "services" } })).toThrow("feed.access");
    const services: ConfigInput["services"] = [{ id: "api", secret, may: ["introspect"] }];
    expect(() => parse({ feed: { access: "services" }, services })).toThrow("feed.access");
    expect(parse({ feed: { access: "services" }, services: [{ id: "api", secret }] }).feed.access).toBe("services");
  });
});

describe("NATS", () => {
  it("is not there unless it has an address, which may come from the environment, as may its secrets", () => {
    expect(parse({}).feed.nats).toBeUndefined();
    const environment = { HOLDFAST_NATS_URL: "nats://nats:4222", HOLDFAST_NATS_TOKEN: "t" };
    const { settings, problems } = applyEnvironment({}, environment);
    expect(problems).toEqual([]);
    expect(parse(settings as ConfigInput).feed.nats).toEqual({
      url: "nats://nats:4222",
      stream: "holdfast-feed",
      replicas: 1,
      token: "t",
    });
  });

  it.each(["nats://one:4222", "tls://one:4222", "nats://one:4222,nats://two:4222", "nats://[::1]:4222"])(
    "is found at %s",
    (url) => {
      expect(parse({ feed: { nats: { url } } }).feed.nats?.url).toBe(url);
    },
  );

  it.each([
    ["no address", {}, "feed.nats.url"],
    ["an empty address", { url: "" }, "feed.nats.url"],
    ["a web address", { url: "http://nats:4222" }, "feed.nats.url"],
    ["a password in the address", { url: "nats://user:pass@nats:4222" }, "feed.nats.url"],
    ["a space in the address", { url: "nats://one, nats://two" }, "feed.nats.url"],
    ["a stream with a dot", { url: "nats://nats", stream: "holdfast.feed" }, "feed.nats.stream"],
    ["a stream with a wildcard", { url: "nats://nats", stream: "*" }, "feed.nats.stream"],
    ["no copy at all", { url: "nats://nats", replicas: 0 }, "feed.nats.replicas"],
    ["too many copies", { url: "nats://nats", replicas: 6 }, "feed.nats.replicas"],
    ["what it does not know", { url: "nats://nats", subject: "x" }, "feed.nats"],
  ])("is refused with %s", (_, nats, path) => {
    expect(() => parse({ feed: { nats } } as unknown as ConfigInput)).toThrow(path);
  });
});
