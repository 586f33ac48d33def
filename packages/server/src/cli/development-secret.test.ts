import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { developmentSecret } from "./development-secret.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-secret-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

it("is made once, in a directory that need not exist yet, and is the same from then on", () => {
  const data = join(directory, "new", "data");
  const secret = developmentSecret(data);
  expect(Buffer.from(secret, "base64url").length).toBeGreaterThanOrEqual(32);
  expect(developmentSecret(data)).toBe(secret);
});

it("is another one for another installation", () => {
  expect(developmentSecret(join(directory, "a"))).not.toBe(developmentSecret(join(directory, "b")));
});

it("can be read by its owner only", () => {
  developmentSecret(directory);
  expect(statSync(join(directory, "development-secret")).mode & 0o777).toBe(0o600);
});

it("makes the data directory one that nobody else may look into", () => {
  const data = join(directory, "new");
  developmentSecret(data);
  expect(statSync(data).mode & 0o066).toBe(0);
});

it("leaves nothing beside it, made now or before", () => {
  for (let time = 0; time < 2; time++) developmentSecret(directory);
  expect(readdirSync(directory)).toEqual(["development-secret"]);
});
