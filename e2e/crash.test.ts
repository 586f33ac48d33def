import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "./support/free-port.ts";
import { type HoldfastProcess, startHoldfast } from "./support/holdfast-process.ts";
import { type HonestPerson, signInHonestPerson } from "./support/honest-person.ts";

/** How often the server is killed. `CRASH_ROUNDS=100 npm test -- e2e/crash.test.ts` is the long run. */
const rounds = Number(process.env.CRASH_ROUNDS ?? 20);
const staying = 6;
const config = fileURLToPath(new URL("support/crash.config.ts", import.meta.url));
const practicePerson = "ada-lovelace";

let data: string;
let port: number;
let holdfast: HoldfastProcess | undefined;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "holdfast-crash-"));
  port = await freePort();
});
afterAll(async () => {
  await holdfast?.stop();
  await rm(data, { recursive: true, force: true });
});

it(
  `loses nothing it acknowledged when it is killed ${rounds} times amid sign-ins and refreshes`,
  async () => {
    const signedIn: HonestPerson[] = [];
    const signedOut: HonestPerson[] = [];
    for (let round = 0; round <= rounds; round++) {
      holdfast = await startHoldfast({ data, port, config });
      const { issuer } = holdfast.ready;
      expect(await Promise.all(signedIn.map((person) => person.refresh()))).toEqual(signedIn.map(() => "refreshed"));
      expect(await Promise.all(signedOut.map((person) => person.refresh()))).toEqual(signedOut.map(() => "refused"));
      if (round === rounds) break;

      await leave(signedIn.splice(0, signedIn.length - staying), signedOut);
      while (signedIn.length < staying) signedIn.push(await signInHonestPerson(issuer, practicePerson));
      const isOver = { now: false };
      const storm = signedIn.map((person) => refreshUntil(person, isOver));
      const newcomers = [1, 2, 3].map(() => signInHonestPerson(issuer, practicePerson).catch(() => null));
      // A moment that differs from round to round, so that every step of a request meets its kill.
      await wait(20 + ((round * 37) % 230));
      await holdfast.kill();
      isOver.now = true;
      expect((await Promise.all(storm)).filter((outcome) => outcome === "refused")).toEqual([]);
      signedIn.push(...(await Promise.all(newcomers)).filter((person) => person !== null));
    }
    expect(signedIn.reduce((sum, { refreshes }) => sum + refreshes, 0)).toBeGreaterThan(rounds);
  },
  60_000 + rounds * 15_000,
);

async function leave(people: readonly HonestPerson[], signedOut: HonestPerson[]): Promise<void> {
  for (const person of people) {
    expect(await person.signOut()).toBe(true);
    signedOut.push(person);
  }
}

async function refreshUntil(person: HonestPerson, isOver: { readonly now: boolean }): Promise<string> {
  for (;;) {
    const outcome = await person.refresh();
    if (outcome !== "refreshed" || isOver.now) return outcome;
  }
}
