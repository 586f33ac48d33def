import type { TestBrowser, Visit } from "./browser.ts";
import type { TestInstance } from "./instance.ts";

/** Signs a practice person in as their browser would, and stops where the app would take over. */
export async function signInAs(
  instance: TestInstance,
  browser: TestBrowser,
  { person = "ada-lovelace", query = "", until = "http://localhost:5999" } = {},
): Promise<Visit> {
  const page = await browser.open(`${instance.issuer}/signin${query}`, until);
  // In a browser that is signed in already there is nothing to ask.
  if (!page.response) return page;
  return browser.submit(page, { person }, until);
}

interface SessionChoice {
  readonly email?: string;
  readonly clientId?: string;
  /** The thumbprint of the key that the client proved. Default: none. */
  readonly jkt?: string | null;
}

/** Makes a session without a browser, and answers with its tokens. */
export async function startSession(
  instance: TestInstance,
  { email = "ada@example.com", clientId = "app", jkt = null }: SessionChoice = {},
) {
  const { holdfast } = instance;
  const client = holdfast.clients.choose(clientId);
  const source = { requestId: "test", address: "192.0.2.1", userAgent: "test" };
  const profile = {
    issuer: "urn:test",
    subject: email,
    provider: "test",
    name: "Ada",
    email,
    emailVerified: true,
    picture: null,
  };
  const { session, cookie } = await holdfast.admission.admit(profile, null, source);
  const { memberships } = await holdfast.admission.memberships(session);
  const [account] = memberships;
  if (!account) throw new Error("the person has no account");
  const started = await holdfast.admission.enter({ client, session, accountId: account.id, jkt, source });
  const answer = await holdfast.grants.issue(client, started.subject);
  return { session, cookie, account, refreshToken: started.refreshToken, grantId: started.subject.grantId, answer };
}
