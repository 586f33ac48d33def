/** Someone to sign in as. */
export interface PracticePerson {
  /** The subject identifier: stable over restarts, so that the next sign-in finds the same user. ASCII, ≤ 255. */
  readonly sub: string;
  readonly name: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly emailVerified: boolean;
}

/** The people of a practice provider that was given none of its own. */
export const practicePeople: readonly PracticePerson[] = [
  {
    sub: "ada-lovelace",
    name: "Ada Lovelace",
    givenName: "Ada",
    familyName: "Lovelace",
    email: "ada@example.com",
    emailVerified: true,
  },
  {
    sub: "alan-turing",
    name: "Alan Turing",
    givenName: "Alan",
    familyName: "Turing",
    email: "alan@example.com",
    emailVerified: true,
  },
  {
    sub: "grace-hopper",
    name: "Grace Hopper",
    givenName: "Grace",
    familyName: "Hopper",
    email: "grace@example.com",
    emailVerified: true,
  },
  {
    sub: "katherine-johnson",
    name: "Katherine Johnson",
    givenName: "Katherine",
    familyName: "Johnson",
    email: "katherine@example.com",
    emailVerified: true,
  },
  // The one to try the unhappy road with: an e-mail nobody proved, and a name outside ASCII.
  {
    sub: "paul-erdos",
    name: "Paul Erdős",
    givenName: "Paul",
    familyName: "Erdős",
    email: "paul@example.com",
    emailVerified: false,
  },
];

/** The person's standard claims (OpenID Connect Core, section 5.1). */
export function standardClaims(person: PracticePerson) {
  return {
    sub: person.sub,
    name: person.name,
    given_name: person.givenName,
    family_name: person.familyName,
    email: person.email,
    email_verified: person.emailVerified,
  };
}
