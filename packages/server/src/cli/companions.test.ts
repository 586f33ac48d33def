import { afterEach, expect, it, vi } from "vitest";
import { createLogger } from "../logging/logger.ts";
import { startCompanion } from "./companions.ts";

const logger = createLogger({ level: "silent" });
const tellEnvironment = "console.log(JSON.stringify(process.env)); setInterval(() => {}, 1000);";

afterEach(() => vi.unstubAllEnvs());

/** What a companion finds in its environment. */
async function environmentOf(env: Record<string, string> = {}) {
  const companion = await startCompanion(
    { name: "curious", command: ["node", "-e", tellEnvironment], env },
    { issuer: "http://localhost:4000", logger },
  );
  await companion.close();
  return companion.ready;
}

it.each([
  "HOLDFAST_SECRET",
  "HOLDFAST_SECRET_FILE",
  "HOLDFAST_SECRET_PREVIOUS",
  "HOLDFAST_PROVIDER_GOOGLE_CLIENT_SECRET",
  "HOLDFAST_CLIENT_REPORTS_SECRET",
  "DATABASE_URL",
  "DATABASE_URL_FILE",
  "PORT",
])("a companion does not get what is Holdfast's own: %s", async (name) => {
  vi.stubEnv(name, "not for you");
  expect(await environmentOf()).not.toHaveProperty(name);
});

it("a companion gets the rest, the issuer, and what the configuration gives it", async () => {
  vi.stubEnv("LANGUAGE_OF_THE_APP", "en");
  expect(await environmentOf({ PORT: "5001", DATABASE_URL: "postgres://localhost/app" })).toMatchObject({
    LANGUAGE_OF_THE_APP: "en",
    HOLDFAST_ISSUER: "http://localhost:4000",
    PORT: "5001",
    DATABASE_URL: "postgres://localhost/app",
  });
});
