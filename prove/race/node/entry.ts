/**
 * A node under test: a whole server in a process of its own, told by messages to begin sessions, to end them, and where
 * to die. Everything about refreshing goes through its port.
 */
import { flushCompileCache } from "node:module";
import { createHoldfast, type DatabaseConnection, type Holdfast, listen, parseConfig } from "@holdfast/server";
import { breakStatement } from "./breakage.ts";
import {
  type NodeSettings,
  type ReplyMessage,
  readyMessage,
  type Started,
  type Task,
  type TaskMessage,
} from "./protocol.ts";
import { interceptStatements } from "./statements.ts";

const settings = JSON.parse(process.env.HOLDFAST_RACE_NODE ?? "null") as NodeSettings;
const source = { requestId: "race", address: null, userAgent: null };

// A process that is killed does not write its compile cache: what it loaded is worth keeping for the next.
flushCompileCache();
const statements = interceptStatements((text) => breakStatement(text, settings.breakage));
const holdfast = await createHoldfast(configOf(settings), { connection: connectionOf(settings) });
await listen({ fetch: holdfast.fetch, port: settings.port, host: "127.0.0.1" });
process.on("message", (message: TaskMessage) => void answer(message));
process.on("disconnect", () => process.exit());
process.send?.(readyMessage);

function configOf({ issuer, port, schema, secrets, clients, breakage, index }: NodeSettings) {
  const [secret, previous] = breakage === "same-secret" && index === 1 ? [secrets[1], secrets[0]] : secrets;
  return parseConfig(
    {
      issuer,
      port,
      secret,
      previousSecrets: [previous],
      clients: clients.map(({ id, overlap }) => ({
        id,
        audience: "https://api.example.com",
        refreshToken: "body" as const,
        signin: { success: `http://localhost:5999/${id}` },
        tokens: { overlap },
      })),
      providers: [{ id: "nobody", issuer: "http://localhost:5998", clientId: "race", clientSecret: "race" }],
      // Contested ten times a second, as no client is.
      limits: { refreshesPerMinute: 100_000 },
      database: { schema, poolSize: 4 },
      logs: { level: "silent" },
    },
    { mode: "production" },
  );
}

/** As it was given, unless the durability of commits is what is to be broken. */
function connectionOf({ connection, breakage }: NodeSettings): DatabaseConnection {
  if (breakage !== "commit") return connection;
  const options = new URLSearchParams({ options: "-c synchronous_commit=off" });
  if ("url" in connection) return { url: `${connection.url}${connection.url.includes("?") ? "&" : "?"}${options}` };
  const { host, port, user, password, database } = connection;
  options.set("host", host);
  options.set("port", String(port));
  return { url: `postgres://${user}:${encodeURIComponent(password)}@/${database}?${options}` };
}

async function answer({ number, task }: TaskMessage): Promise<void> {
  const reply = await perform(task).then(
    (result): ReplyMessage => ({ number, result }),
    (error: unknown): ReplyMessage => ({ number, error: String(error) }),
  );
  process.send?.(reply);
}

async function perform(task: Task): Promise<unknown> {
  switch (task.do) {
    case "start":
      return startSession(holdfast, task.client, task.person);
    case "revoke":
      return holdfast.sessions.revoke({ id: task.session }, "session_revoked");
    case "die":
      return statements.dieAt(task.at);
  }
}

/** A sign-in without a browser. */
async function startSession({ clients, admission }: Holdfast, clientId: string, person: string): Promise<Started> {
  const profile = {
    issuer: "urn:race",
    subject: person,
    provider: "nobody",
    name: person,
    email: null,
    emailVerified: false,
    picture: null,
  };
  const { session, cookie } = await admission.admit(profile, null, source);
  const { memberships } = await admission.memberships(session);
  const [account] = memberships;
  if (!account) throw new Error("the person has no account");
  const client = clients.choose(clientId);
  const { refreshToken, subject } = await admission.enter({ client, session, accountId: account.id, source });
  return { session: session.id, grant: subject.grantId, refreshToken, cookie };
}
