import { readCookies } from "../../../packages/client/src/testing/reference-server/cookies.ts";
import type { TestInstance } from "../../../packages/server/src/testing/instance.ts";

/** The people of one world. Others of the same name live in other worlds of the same instance. */
export interface People {
  /** Who sits before the browser. */
  seat(person: string): void;
  userIdOf(person: string): string;
  /** An account that the person may act for, beside their own. */
  teamOf(person: string): Promise<string>;
  /** Of all that have signed in. */
  readonly userIds: () => readonly string[];
  /**
   * What the provider and the callback do for who is not signed in yet: a session, its cookie, and once more to `/signin`.
   * Null for who is, whom `/signin` sends on by itself.
   */
  admit(request: Request): Promise<Response | null>;
}

const source = { requestId: "world", address: "192.0.2.1", userAgent: "a virtual browser" };
let worlds = 0;

export function createPeople({ holdfast }: TestInstance): People {
  const world = ++worlds;
  const userIds = new Map<string, string>();
  let seated = "ada";

  function profileOf(person: string) {
    const email = `${person}-${world}@example.com`;
    return {
      issuer: "urn:worlds",
      subject: email,
      provider: "worlds",
      name: person,
      email,
      emailVerified: true,
      picture: null,
    };
  }

  const userIdOf = (person: string) => userIds.get(person) ?? `${person}, who never signed in`;

  return {
    seat(person) {
      seated = person;
    },
    userIdOf,
    userIds: () => [...userIds.values()],
    async teamOf(person) {
      const { session } = await holdfast.admission.admit(profileOf("founder"), null, source);
      const team = await holdfast.accounts.create({ name: "Team", ownerId: session.userId });
      await holdfast.accounts.addMember(team, userIdOf(person), "member");
      return team;
    },
    async admit(request) {
      const name = "__Host-holdfast_session";
      const current = await holdfast.sessions.authenticate(readCookies(request).get(name));
      if (current !== null && current.userId === userIds.get(seated)) return null;
      const { session, cookie } = await holdfast.admission.admit(profileOf(seated), current, source);
      userIds.set(seated, session.userId);
      const seconds = Math.ceil((session.expiresAt.getTime() - session.lastUsedAt.getTime()) / 1000);
      const line = `${name}=${cookie}; Max-Age=${seconds}; Path=/; HttpOnly; Secure; SameSite=Lax`;
      return new Response(null, { status: 303, headers: { location: request.url, "set-cookie": line } });
    },
  };
}
