import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createRefreshInstance, openToken, postRefresh, present, type RefreshReply } from "./refresh.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance();
});
afterAll(() => instance.close());

const plainName = "holdfast_refresh.app";
const afterTheOverlap = 60_000;

/** A browser's cookies for `/refresh`, and requests whose answers arrive when told to. */
function createJar(first: readonly (readonly [name: string, value: string])[]) {
  const cookies = new Map(first);

  function receive({ headers }: RefreshReply): void {
    for (const line of headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes("Max-Age=0")) cookies.delete(name);
      else cookies.set(name, value);
    }
  }

  /** Sends what is in the jar now. What comes back is not received yet. */
  function send(): Promise<RefreshReply> {
    const header = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return postRefresh(instance, { client_id: "app" }, { Cookie: header });
  }

  return {
    send,
    receive,
    async refresh() {
      const reply = await send();
      receive(reply);
      return reply;
    },
    add: (name: string, value: string) => cookies.set(name, value),
    get names() {
      return [...cookies.keys()];
    },
  };
}

/** A browser just signed in. */
async function signIn(email = "ada@example.com") {
  const started = await startSession(instance, { clientId: "app", email });
  const mark = started.grantId.slice(-12);
  const nameOf = (generation: number) => `${plainName}~${generation}.${mark}`;
  const held = [nameOf(1), started.refreshToken] as const;
  // The next sign-in's grant is a newer one.
  instance.clock.advance(1);
  return { ...started, nameOf, held, jar: createJar([held]) };
}

describe("an answer that arrives late", () => {
  it("does not put an older generation in the newer one's place", async () => {
    const { jar } = await signIn();
    const late = await jar.send();
    await jar.refresh();
    expect((await jar.refresh()).body.generation).toBe(3);
    jar.receive(late);
    instance.clock.advance(afterTheOverlap);
    expect((await jar.refresh()).body.generation).toBe(4);
  });

  it("leaves a cookie behind that the next answer clears", async () => {
    const { jar, nameOf } = await signIn();
    const late = await jar.send();
    await jar.refresh();
    await jar.refresh();
    jar.receive(late);
    expect(jar.names.sort()).toEqual([nameOf(2), nameOf(3)]);
    await jar.refresh();
    expect(jar.names).toEqual([nameOf(4)]);
  });

  it("of the grant before takes nothing from a new sign-in", async () => {
    const before = await signIn();
    const late = await before.jar.send();
    const after = await signIn();
    before.jar.add(...after.held);
    before.jar.receive(late);
    const { body } = await before.jar.refresh();
    expect(body).toMatchObject({ generation: 2, sid: after.session.id });
    expect(before.jar.names).toEqual([after.nameOf(2)]);
  });

  it("and is a refusal takes nothing from a new sign-in either", async () => {
    const before = await signIn();
    await instance.holdfast.sessions.revoke({ id: before.session.id }, "signed_out");
    const late = await before.jar.send();
    expect(late.body.reason).toBe("signed_out");
    const after = await signIn();
    before.jar.add(...after.held);
    before.jar.receive(late);
    expect(before.jar.names).toEqual([after.nameOf(1)]);
  });
});

describe("several cookies of one client", () => {
  it("never grow in number while answers arrive", async () => {
    const { jar, nameOf } = await signIn();
    for (let turn = 0; turn < 20; turn++) await jar.refresh();
    expect(jar.names).toEqual([nameOf(21)]);
  });

  it("are cleared eight at a time: an answer's header stays small", async () => {
    const { jar, refreshToken } = await signIn();
    for (let index = 0; index < 30; index++) jar.add(`${plainName}~planted-${index}`, refreshToken);
    const reply = await jar.refresh();
    expect(reply.headers.getSetCookie()).toHaveLength(9);
    for (let turn = 0; turn < 4; turn++) await jar.refresh();
    expect(jar.names).toHaveLength(1);
  });

  it("count by what the tokens say, whatever they are named", async () => {
    const { jar, refreshToken, session } = await signIn();
    jar.add(`${plainName}~99.ffffffffffff`, "hf_rt_nonsense");
    jar.add(`${plainName}~`, refreshToken);
    expect((await jar.refresh()).body).toMatchObject({ generation: 2, sid: session.id });
  });

  it("are cleared at a sign-out as far as one answer may, the newest first", async () => {
    const { account, cookie, session } = await signIn();
    const client = instance.holdfast.clients.choose("app");
    const source = { requestId: "test", address: null, userAgent: null };
    const grants: string[] = [];
    for (let turn = 0; turn < 12; turn++) {
      instance.clock.advance(1);
      const { subject } = await instance.holdfast.admission.enter({ client, session, accountId: account.id, source });
      grants.unshift(subject.grantId);
    }
    const headers = { Cookie: `holdfast_session=${cookie}` };
    const response = await fetch(`${instance.issuer}/signout`, { method: "POST", headers, redirect: "manual" });
    const cleared = response.headers.getSetCookie().filter((line) => line.startsWith(`${plainName}~`));
    expect(cleared.map((line) => line.slice(0, line.indexOf("=")))).toEqual(
      grants.slice(0, 8).map((id) => `${plainName}~1.${id.slice(-12)}`),
    );
  });

  it("stand beside those of a client whose id begins alike", async () => {
    const { jar, session } = await signIn();
    const device = await startSession(instance, { clientId: "device" });
    jar.add("holdfast_refresh.app.admin", device.refreshToken);
    jar.add("holdfast_refresh.app.admin~1.ffffffffffff", device.refreshToken);
    expect((await jar.refresh()).body.sid).toBe(session.id);
  });

  it("go with the grant when it has ended, and only that one's", async () => {
    const { jar, refreshToken, session } = await signIn();
    await jar.refresh();
    jar.add(`${plainName}~1.again`, refreshToken);
    jar.add(plainName, refreshToken);
    await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
    expect((await jar.refresh()).body.reason).toBe("signed_out");
    // The plain name belongs to no grant: a node of the version before may have signed somebody in under it since.
    expect(jar.names).toEqual([plainName]);
  });

  it("of which the newest has ended do not bring an older grant back", async () => {
    const { jar } = await signIn();
    const newer = await signIn();
    jar.add(...newer.held);
    await instance.holdfast.sessions.revoke({ id: newer.session.id }, "signed_out");
    expect((await jar.refresh()).body.reason).toBe("signed_out");
  });
});

describe("a cookie under the plain name, from a version before", () => {
  it("still works, and makes room for one with its generation", async () => {
    const { refreshToken, nameOf } = await signIn();
    const jar = createJar([[plainName, refreshToken]]);
    expect((await jar.refresh()).status).toBe(200);
    expect(jar.names).toEqual([nameOf(2)]);
  });
});

// A neighbour on another subdomain can plant cookies for the whole domain, but no session cookie: that is `__Host-`.
describe("a planted cookie of a newer grant", () => {
  // No answer can clear what no answer can name.
  it.each(["~1.a b", "~1.a/b", '~1."a"', "~1.a\u00e9"])("fails no refresh by its name: %s", async (ending) => {
    const mallory = await signIn("mallory@example.com");
    const { jar, session } = await signIn();
    jar.add(plainName + ending, mallory.refreshToken);
    expect((await jar.refresh()).body).toMatchObject({ generation: 2, sid: session.id });
  });

  it("keeps nobody out whose session cookie proves another person", async () => {
    const { jar, cookie, session } = await signIn();
    const mallory = await signIn("mallory@example.com");
    jar.add(`${plainName}~9.planted`, mallory.refreshToken);
    jar.add("holdfast_session", cookie);
    const { body } = await jar.refresh();
    expect(body).toMatchObject({ generation: 2, sid: session.id });
    const { body: next } = await jar.refresh();
    expect(
      openToken((await present(instance, mallory.refreshToken, { clientId: "app" })).body.refresh_token),
    ).toMatchObject({
      generation: 2,
    });
    expect(next.sid).toBe(session.id);
  });
});
