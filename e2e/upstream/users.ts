/** The password of everybody. */
export const upstreamPassword = "correct horse";

export interface UpstreamUser {
  readonly username: string;
  readonly sub: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
}

/** The users with a story. Any other user name signs in as well: somebody new, always the same. */
const upstreamUsers: readonly UpstreamUser[] = [
  {
    username: "margaret",
    sub: "00u1a7",
    name: "Margaret Hamilton",
    email: "margaret@apollo.example",
    emailVerified: true,
  },
  { username: "barbara", sub: "00u2b8", name: "Barbara Liskov", email: "barbara@clu.example", emailVerified: true },
  { username: "edsger", sub: "00u3c9", name: "Edsger Dijkstra", email: "edsger@the.example", emailVerified: true },
  { username: "unproven", sub: "00u4d0", name: "Una Proven", email: "una@nowhere.example", emailVerified: false },
];

const madeUp = "made-up-";

/** @returns undefined for something that is not a user name */
export function findByUsername(username: string): UpstreamUser | undefined {
  const known = upstreamUsers.find((user) => user.username === username);
  if (known || !/^[a-z0-9][a-z0-9.-]{0,63}$/.test(username)) return known;
  return {
    username,
    sub: `${madeUp}${username}`,
    name: username,
    email: `${username}@made-up.example`,
    emailVerified: true,
  };
}

export function findBySubject(sub: string): UpstreamUser | undefined {
  const known = upstreamUsers.find((user) => user.sub === sub);
  return known ?? (sub.startsWith(madeUp) ? findByUsername(sub.slice(madeUp.length)) : undefined);
}
