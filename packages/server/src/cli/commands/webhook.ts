import { defineCommand } from "citty";
import { deploymentArguments } from "../arguments.ts";
import { print } from "../output.ts";
import { withHoldfast } from "../with-holdfast.ts";
import { addCommand, rotateSecretCommand } from "./webhook-add.ts";
import { deliveriesCommand, replayCommand } from "./webhook-deliveries.ts";
import { describeEndpoint, endpointToJson, formatEndpoints, webhookArguments } from "./webhook-text.ts";

const listCommand = defineCommand({
  meta: { name: "list", description: "Show the endpoints, and how each is doing" },
  args: deploymentArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ webhooks }) => {
      const endpoints = await webhooks.list();
      print(args.json, endpoints.map(endpointToJson), formatEndpoints(endpoints));
    }),
});

const showCommand = defineCommand({
  meta: { name: "show", description: "Show one endpoint: what it hears, and how it is doing" },
  args: webhookArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ webhooks }) => {
      const endpoint = await webhooks.find(args.webhook);
      print(args.json, endpointToJson(endpoint), describeEndpoint(endpoint));
    }),
});

const enableCommand = defineCommand({
  meta: { name: "enable", description: "Send to an endpoint again, first what waited for it" },
  args: webhookArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ webhooks }) => {
      await webhooks.enable(args.webhook);
      const hint = "What happened while it was disabled, `holdfast webhook replay` sends.";
      print(args.json, { webhook: args.webhook, enabled: true }, `It is enabled. ${hint}`);
    }),
});

const disableCommand = defineCommand({
  meta: { name: "disable", description: "Send nothing to an endpoint until it is enabled" },
  args: webhookArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ webhooks }) => {
      await webhooks.disable(args.webhook);
      print(args.json, { webhook: args.webhook, enabled: false }, "It is disabled. What waits for it goes on waiting.");
    }),
});

const removeCommand = defineCommand({
  meta: { name: "remove", description: "Remove an endpoint, with what waits for it and its delivery log" },
  args: webhookArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ webhooks }) => {
      await webhooks.remove(args.webhook);
      print(args.json, { webhook: args.webhook, removed: true }, "It is removed.");
    }),
});

const testCommand = defineCommand({
  meta: { name: "test", description: "Send an endpoint a message of type webhook.test now, and say what it answered" },
  args: webhookArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ webhooks }) => {
      const { name, status, error, answer } = await webhooks.test(args.webhook);
      const isDelivered = name === "delivered";
      const text = isDelivered ? `It answered ${status}: delivered.` : `Not delivered: ${error ?? name}.`;
      const quoted = answer === null ? "" : `\n\n  ${answer.slice(0, 200)}`;
      print(args.json, { delivered: isDelivered, outcome: name, status, error, answer }, text + quoted);
      if (!isDelivered) process.exitCode = 1;
    }),
});

export const webhookCommand = defineCommand({
  meta: { name: "webhook", description: "Webhooks: add, list, show, test, deliveries, replay, rotate-secret, …" },
  subCommands: {
    add: addCommand,
    list: listCommand,
    show: showCommand,
    test: testCommand,
    deliveries: deliveriesCommand,
    replay: replayCommand,
    "rotate-secret": rotateSecretCommand,
    enable: enableCommand,
    disable: disableCommand,
    remove: removeCommand,
  },
});
