import {
  type ClientMessage,
  encodeTime,
  type Json,
  type QueryChange,
  type QuerySetChange,
  type ServerMessage,
  type StateVersion,
} from "./sync-protocol.ts";

/** The claims of the token that a connection stands on; null without one. */
export type Identity = Readonly<Record<string, unknown>> | null;

export type ConvexFunction = (args: Json, identity: Identity) => Json | Promise<Json>;

type Request = Extract<ClientMessage, { type: "Mutation" | "Action" }>;

export interface SyncSessionDeps {
  readonly send: (message: ServerMessage) => void;
  /** Closes the connection, once what was sent has gone out. */
  readonly hangUp: () => void;
  /** @throws for a token that is refused; the message goes to the client */
  readonly verify: (token: string) => Identity | Promise<Identity>;
  /** By path: `notes:list`. */
  readonly functions: Readonly<Record<string, ConvexFunction>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The logical time of the newest write. */
  readonly time: () => number;
  /** A mutation has written: the logical time of it. */
  readonly written: () => number;
  /** What mutations were answered, by client session and request: one that comes again is not run again. */
  readonly answers: Map<string, ServerMessage>;
}

/** One connection: what the client asks for, and where the two stand. */
export interface SyncSession {
  readonly receive: (message: ClientMessage) => Promise<void>;
  /** Runs its queries again, and sends what they give now. */
  readonly publish: () => Promise<void>;
  /** Says that the token it stands on is no longer good. */
  readonly expire: (error: string) => void;
}

export function createSyncSession({
  send,
  hangUp,
  verify,
  functions,
  now,
  time,
  written,
  answers,
}: SyncSessionDeps): SyncSession {
  const queries = new Map<number, { readonly udfPath: string; readonly args: Json }>();
  let version: StateVersion = { querySet: 0, identity: 0, ts: encodeTime(0) };
  let identity: Identity = null;
  let clientClockSkew: number | undefined;
  let clientSession = "";
  let isRefused = false;

  /** @param work  gives what the queries say now, which is as of before it began: a write may come in between */
  async function transition(
    end: Partial<Pick<StateVersion, "querySet" | "identity">>,
    work: () => Promise<readonly QueryChange[]>,
  ): Promise<void> {
    const ts = encodeTime(time());
    const modifications = await work();
    const startVersion = version;
    version = { ...version, ts, ...end };
    const skew = clientClockSkew === undefined ? {} : { clientClockSkew };
    clientClockSkew = undefined;
    send({ type: "Transition", startVersion, endVersion: version, modifications, ...skew });
  }

  async function run(queryId: number): Promise<QueryChange> {
    const { udfPath, args } = queries.get(queryId) ?? { udfPath: "", args: {} };
    try {
      const value = await call(functions, udfPath, args, identity);
      return { type: "QueryUpdated", queryId, value, logLines: [], journal: null };
    } catch (error) {
      return { type: "QueryFailed", queryId, errorMessage: String(error), logLines: [], journal: null };
    }
  }

  function runAll(): Promise<QueryChange[]> {
    return Promise.all([...queries.keys()].map(run));
  }

  async function authenticate(message: Extract<ClientMessage, { type: "Authenticate" }>): Promise<void> {
    try {
      identity = message.tokenType === "User" ? await verify(message.value) : null;
    } catch (error) {
      return refuse(String(error), true);
    }
    await transition({ identity: message.baseVersion + 1 }, runAll);
  }

  /** The last message of a connection: the client comes back on another one. */
  function refuse(error: string, authUpdateAttempted: boolean): void {
    isRefused = true;
    send({ type: "AuthError", error, baseVersion: version.identity, authUpdateAttempted });
    hangUp();
  }

  async function modify(changes: readonly QuerySetChange[]): Promise<QueryChange[]> {
    const modifications: QueryChange[] = [];
    for (const change of changes) {
      if (change.type === "Add") {
        queries.set(change.queryId, { udfPath: change.udfPath, args: change.args[0] ?? {} });
        modifications.push(await run(change.queryId));
      } else {
        queries.delete(change.queryId);
        modifications.push({ type: "QueryRemoved", queryId: change.queryId });
      }
    }
    return modifications;
  }

  /** A client sends a mutation again on the next connection until it has the answer to it. */
  async function mutate(message: Request): Promise<void> {
    const key = `${clientSession} ${message.requestId}`;
    const answer = answers.get(key) ?? (await perform(message));
    answers.set(key, answer);
    send(answer);
  }

  async function perform({ type, requestId, udfPath, args }: Request): Promise<ServerMessage> {
    const isMutation = type === "Mutation";
    const answer = { type: isMutation ? "MutationResponse" : "ActionResponse", requestId, logLines: [] } as const;
    try {
      const result = await call(functions, udfPath, args[0] ?? {}, identity);
      return { ...answer, success: true, result, ...(isMutation ? { ts: encodeTime(written()) } : {}) };
    } catch (error) {
      return { ...answer, success: false, result: String(error) };
    }
  }

  async function receive(message: ClientMessage): Promise<void> {
    if (isRefused) return;
    switch (message.type) {
      case "Connect":
        clientClockSkew = message.clientTs - now();
        clientSession = message.sessionId;
        return;
      case "Authenticate":
        if (message.baseVersion !== version.identity) return outOfStep("identity", message.baseVersion);
        return authenticate(message);
      case "ModifyQuerySet":
        if (message.baseVersion !== version.querySet) return outOfStep("query set", message.baseVersion);
        return transition({ querySet: message.newVersion }, () => modify(message.modifications));
      case "Mutation":
        return mutate(message);
      case "Action":
        return send(await perform(message));
    }
  }

  function outOfStep(what: string, baseVersion: number): void {
    send({ type: "FatalError", error: `The ${what} is not at version ${baseVersion} here.` });
  }

  return {
    receive,
    publish: async () => (isRefused ? undefined : transition({}, runAll)),
    expire: (error) => refuse(error, false),
  };
}

async function call(
  functions: SyncSessionDeps["functions"],
  path: string,
  args: Json,
  identity: Identity,
): Promise<Json> {
  const run = functions[path];
  if (run === undefined) throw new Error(`There is no function ${path}.`);
  return run(args, identity);
}
