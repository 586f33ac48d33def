import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import * as door from "./index.ts";
import { type SyncServer, type SyncServerOptions, startSyncServer } from "./sync-server.ts";

it("exports exactly what is promised", () => {
  expect(Object.keys(door)).toEqual(["startSyncServer"]);
});

it.each([
  ["no JSON", "{"],
  ["null", "null"],
  ["a message without a type", "{}"],
  ["changes to queries that are none", JSON.stringify({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1 })],
])("ends the connection on %s, and serves the next", async (_, message) => {
  const { server, connect } = await start();
  const socket = await connect();
  socket.send(message);
  expect((await once(socket, "close"))[0]).toBe(1002);
  await connect();
  expect(server.connections()).toBe(1);
});

it("runs a mutation once that a client sends again on its next connection", async () => {
  const written: unknown[] = [];
  const { connect } = await start({ functions: { "items:add": (args) => written.push(args) } });
  const first = await ask(await connect("client"), mutation(0));
  const again = await ask(await connect("client"), mutation(0));
  expect(again).toEqual(first);
  expect(await ask(await connect("another"), mutation(0))).toMatchObject({ success: true, result: 2 });
  expect(written).toHaveLength(2);
});

it("drops what a connection had sent when it is cut", async () => {
  const written: unknown[] = [];
  const { server, connect } = await start({ functions: { "items:add": (args) => written.push(args) } });
  const release = server.hold();
  const cut = await connect("client");
  cut.send(JSON.stringify({ type: "Authenticate", tokenType: "User", value: "e30.e30.", baseVersion: 0 }));
  cut.send(mutation(0));
  await expect.poll(() => server.received.length).toBe(3);
  server.disconnectAll();
  await once(cut, "close");
  release();
  await ask(await connect("client"), mutation(1));
  expect(written).toHaveLength(1);
});

async function start(options: SyncServerOptions = {}) {
  const server = await startSyncServer(options);
  onTestFinished(() => server.close());
  return { server, connect: (sessionId = "client") => connect(server, sessionId) };
}

async function connect({ url }: SyncServer, sessionId: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/1.48.0/sync`);
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "Connect", sessionId, connectionCount: 0, clientTs: 0 }));
  return socket;
}

async function ask(socket: WebSocket, message: string): Promise<unknown> {
  socket.send(message);
  const [data] = await once(socket, "message");
  return JSON.parse(String(data));
}

function mutation(requestId: number): string {
  return JSON.stringify({ type: "Mutation", requestId, udfPath: "items:add", args: [{}] });
}
