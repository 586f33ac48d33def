import { defineCommand } from "citty";
import type { Client } from "../../clients/index.ts";
import { deploymentArguments } from "../arguments.ts";
import { formatTable, print } from "../output.ts";
import { withHoldfast } from "../with-holdfast.ts";
import { describeRevoked, revoke } from "./revoke.ts";

const listCommand = defineCommand({
  meta: { name: "list", description: "Show the clients, as the configuration has them" },
  args: deploymentArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ clients }) => {
      const listed = clients.all();
      const text = listed.length === 0 ? "No client is configured." : formatTable(head, listed.map(toRow));
      print(args.json, listed.map(toJson), text);
    }),
});

const revokeCommand = defineCommand({
  meta: { name: "revoke", description: "End every grant that a client has now, for everybody" },
  args: {
    ...deploymentArguments,
    client: { type: "positional", required: true, description: "The client's id; also one that is configured no more" },
  },
  run: ({ args }) =>
    withHoldfast(args, async (holdfast) => {
      const answer = await revoke(holdfast, { client: args.client });
      print(args.json, answer, describeRevoked(answer));
    }),
});

export const clientCommand = defineCommand({
  meta: { name: "client", description: "Clients: list, revoke" },
  subCommands: { list: listCommand, revoke: revokeCommand },
});

const head = ["CLIENT", "NAME", "TYPE", "REFRESH TOKEN", "AUDIENCE"];

function toRow({ id, name, type, refreshToken, audience }: Client): string[] {
  return [id, name, type, refreshToken, audience.join(" ")];
}

function toJson({ id, name, type, refreshToken, rotates, audience, scope, origins, lifetimes }: Client) {
  return { client: id, name, type, refresh_token: refreshToken, rotates, audience, scope, origins, lifetimes };
}
