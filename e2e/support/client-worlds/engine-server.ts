import type { Milliseconds } from "../../../packages/client/src/env.ts";
import { createReferenceApi } from "../../../packages/client/src/testing/reference-server/api.ts";
import { createRefreshHistory } from "../../../packages/client/src/testing/refresh-history.ts";
import type { ControlledServer } from "../../../packages/client/src/testing/virtual-server.ts";
import { forgeToken, openToken } from "../../../packages/server/src/grants/refresh.testing.ts";
import type { TestInstance } from "../../../packages/server/src/testing/instance.ts";
import { createEngineFacts } from "./engine-facts.ts";
import { readVerdict } from "./engine-verdicts.ts";
import { createEngineVerify } from "./engine-verify.ts";
import { createPeople } from "./people.ts";
import { refreshTokenIn } from "./refresh-token-in.ts";

export interface EngineServerOptions {
  readonly instance: TestInstance;
  /** Where the API is that takes the tokens. */
  readonly api: string;
}

/**
 * The real engine on its real database, as the server of one virtual world: the instance's clock is the world's, and the
 * people are this world's alone. Requests are answered one after the other, in the order in which they arrive.
 */
export function createEngineServer({ instance, api: apiOrigin }: EngineServerOptions): ControlledServer {
  const { holdfast, clock } = instance;
  const people = createPeople(instance);
  const history = createRefreshHistory();
  const facts = createEngineFacts(instance, people.userIds);
  const verify = createEngineVerify(instance, apiOrigin);
  const api = createReferenceApi({ isOver: facts.isOver, verify });
  /** A token of each grant, as a thief would copy it. */
  const copied = new Map<string, string>();
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  }

  async function answer(request: Request, at: Milliseconds): Promise<Response> {
    clock.set(at);
    const { origin, pathname } = new URL(request.url);
    if (origin === apiOrigin) return api.handle(request, at);
    const seated = request.method === "GET" && pathname === "/signin" ? await people.admit(request) : null;
    const response = seated ?? (await holdfast.fetch(request.clone()));
    const verdict = pathname === "/refresh" ? await readVerdict(instance, request, response, at) : null;
    if (verdict) history.note(verdict);
    const token = await refreshTokenIn(response);
    if (token !== null) copied.set(openToken(token).grantId, token);
    await facts.learn(at);
    return response;
  }

  return {
    api,
    history: history.records,
    facts: { isOver: facts.isOver, alarms: history.alarms },
    handle: (request, at) => inTurn(() => answer(request, at)),
    seat: people.seat,
    userIdOf: people.userIdOf,
    teamOf: (person) => inTurn(() => people.teamOf(person)),
    newestGrantOf: (person) => facts.newestGrantOf(people.userIdOf(person)),
    revoke: (sid) =>
      inTurn(async () => {
        await holdfast.sessions.revoke({ id: sid }, "session_revoked");
        await facts.learn(clock.now());
      }),
    presentStolen(grant, generation, at) {
      history.expectThief();
      const refresh_token = forgeToken(copied.get(grant.id) ?? "", { generation });
      const body = new URLSearchParams({ client_id: "app", refresh_token });
      const url = `${holdfast.issuer}/refresh`;
      return inTurn(() => answer(new Request(url, { method: "POST", body }), at));
    },
  };
}
