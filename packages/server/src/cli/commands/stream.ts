import { defineCommand } from "citty";
import { AppError } from "../../http/app-error.ts";
import { deploymentArguments } from "../arguments.ts";
import { print } from "../output.ts";
import { parseLimit } from "../parse-limit.ts";
import { withHoldfast } from "../with-holdfast.ts";
import { describeStream, formatLog, formatStreams, type Stream, streamArguments, streamToJson } from "./stream-text.ts";
import { attemptToJson, deliveryToJson, formatAttempts } from "./webhook-text.ts";

const listCommand = defineCommand({
  meta: { name: "list", description: "Show the streams that services have made, and the status of each" },
  args: deploymentArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ signals, services }) => {
      const streams = await signals.list();
      const mayHear = (id: string) => services.find(id)?.may.has("signals") ?? false;
      print(args.json, streams.map(streamToJson), formatStreams(streams, mayHear));
    }),
});

const showCommand = defineCommand({
  meta: { name: "show", description: "Show one stream: what its service hears, and how" },
  args: streamArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ signals }) => {
      const stream = await signals.find(args.stream);
      print(args.json, streamToJson(stream), describeStream(stream));
    }),
});

const states = ["waiting", "delivered", "failed"] as const;

const logCommand = defineCommand({
  meta: { name: "log", description: "Show what was sent or waits, newest first; or every attempt of one token" },
  args: {
    ...streamArguments,
    state: { type: "string", description: "Only these: waiting, delivered or failed", valueHint: "state" },
    jti: { type: "string", description: "Every attempt of this token", valueHint: "id" },
    limit: { type: "string", default: "50", description: "How many at most", valueHint: "n" },
  },
  run: ({ args }) =>
    withHoldfast(args, async ({ signals }) => {
      const destinationId = args.stream;
      const state = states.find((known) => known === args.state);
      if (args.state !== undefined && !state) {
        throw new AppError("invalid_request", `--state is none of ${states.join(", ")}.`);
      }
      const messageIds = args.jti === undefined ? undefined : [args.jti];
      const listed = await signals.deliveries({ destinationId, state, messageIds }, parseLimit(args.limit));
      if (args.jti === undefined) return print(args.json, listed.map(deliveryToJson), formatLog(listed));
      const [found] = listed;
      if (!found) throw new AppError("not_found", `The log has no token ${args.jti} of this stream.`);
      const attempts = await signals.attempts(found.id);
      const json = { ...deliveryToJson(found), all_attempts: attempts.map(attemptToJson) };
      print(args.json, json, formatAttempts(attempts));
    }),
});

const verifyCommand = defineCommand({
  meta: { name: "verify", description: "Send a verification event" },
  args: streamArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ signals }) => {
      const jti = await signals.verify(args.stream);
      const text = `It is queued as ${jti}. \`holdfast stream log ${args.stream} --jti ${jti}\` shows what became of it.`;
      print(args.json, { stream: args.stream, jti }, text);
    }),
});

const resendCommand = defineCommand({
  meta: { name: "resend", description: "Send anew what the receiver refused, or what was given up" },
  args: streamArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ signals }) => {
      const count = await signals.resend(args.stream);
      print(args.json, { stream: args.stream, resent: count }, `${count} of its tokens are sent anew.`);
    }),
});

const removeCommand = defineCommand({
  meta: { name: "remove", description: "Remove a stream, with what waits for it and its log" },
  args: streamArguments,
  run: ({ args }) =>
    withHoldfast(args, async ({ signals }) => {
      await signals.remove(args.stream);
      print(args.json, { stream: args.stream, removed: true }, "It is removed. Its service may make another.");
    }),
});

function statusCommand(name: string, status: Stream["status"], description: string) {
  return defineCommand({
    meta: { name, description },
    args: {
      ...streamArguments,
      reason: { type: "string", description: "Why; its receiver is told", valueHint: "text" },
    },
    run: ({ args }) =>
      withHoldfast(args, async ({ signals }) => {
        await signals.setStatus(args.stream, status, args.reason ?? null);
        print(args.json, { stream: args.stream, status }, `It is ${status}.`);
      }),
  });
}

export const streamCommand = defineCommand({
  meta: { name: "stream", description: "Shared signals: the streams of security events that services have made" },
  subCommands: {
    list: listCommand,
    show: showCommand,
    log: logCommand,
    verify: verifyCommand,
    resend: resendCommand,
    enable: statusCommand("enable", "enabled", "Let a stream go on, first with what was held"),
    pause: statusCommand("pause", "paused", "Hold what happens until the stream is enabled"),
    disable: statusCommand("disable", "disabled", "Drop what waits and what happens until the stream is enabled"),
    remove: removeCommand,
  },
});
