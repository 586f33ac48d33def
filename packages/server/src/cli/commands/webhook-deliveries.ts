import { defineCommand } from "citty";
import { AppError } from "../../http/app-error.ts";
import { print } from "../output.ts";
import { withHoldfast } from "../with-holdfast.ts";
import {
  attemptToJson,
  deliveryToJson,
  formatAttempts,
  formatDeliveries,
  readList,
  webhookArguments,
} from "./webhook-text.ts";

const states = ["waiting", "delivered", "failed"] as const;

export const deliveriesCommand = defineCommand({
  meta: {
    name: "deliveries",
    description: "Show an endpoint's delivery log, newest first; or every attempt of a message",
  },
  args: {
    ...webhookArguments,
    state: { type: "string", description: "Only these: waiting, delivered or failed", valueHint: "state" },
    message: { type: "string", description: "Every attempt of this message", valueHint: "id" },
    limit: { type: "string", default: "50", description: "How many at most", valueHint: "n" },
  },
  run: ({ args }) =>
    withHoldfast(args, async ({ webhooks }) => {
      const destinationId = args.webhook;
      if (args.message !== undefined) {
        const [found] = await webhooks.deliveries({ destinationId, messageIds: [args.message] }, 1);
        if (!found) throw new AppError("not_found", `The log has no message ${args.message} to this endpoint.`);
        const attempts = await webhooks.attempts(found.id);
        const json = { ...deliveryToJson(found), all_attempts: attempts.map(attemptToJson) };
        print(args.json, json, formatAttempts(attempts));
        return;
      }
      const selection = { destinationId, state: readState(args.state) };
      const listed = await webhooks.deliveries(selection, readLimit(args.limit));
      print(args.json, listed.map(deliveryToJson), formatDeliveries(listed));
    }),
});

export const replayCommand = defineCommand({
  meta: {
    name: "replay",
    description: "Send messages anew: a range of time, some by their ids, or all that were given up",
  },
  args: {
    ...webhookArguments,
    from: {
      type: "string",
      description: "What happened from this moment on (2026-01-31T12:00:00Z)",
      valueHint: "time",
    },
    to: { type: "string", description: "And before this one. Default: now", valueHint: "time" },
    messages: { type: "string", description: "These messages, settled or not", valueHint: "ids" },
    failed: { type: "boolean", description: "All that were given up" },
  },
  run: ({ args }) =>
    withHoldfast(args, async ({ webhooks, clock }) => {
      const count = await webhooks.replay(args.webhook, readReplay(args, clock.now()));
      const text = count === 1 ? "1 message is sent anew." : `${count} messages are sent anew.`;
      print(args.json, { webhook: args.webhook, replayed: count }, text);
    }),
});

interface ReplayArguments {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly messages?: string | undefined;
  readonly failed?: boolean | undefined;
}

function readReplay({ from, to, messages, failed }: ReplayArguments, now: number) {
  const given = [from, messages, failed || undefined].filter((each) => each !== undefined);
  if (given.length !== 1 || (to !== undefined && from === undefined)) {
    throw new AppError("invalid_request", "Say what to replay: --from (and --to), --messages, or --failed.");
  }
  if (messages !== undefined) return { messageIds: readList(messages) };
  if (failed) return { state: "failed" as const };
  const range = { from: readTime("--from", from), to: to === undefined ? new Date(now) : readTime("--to", to) };
  if (range.from >= range.to) throw new AppError("invalid_request", "--from is not before --to.");
  return range;
}

function readTime(name: string, text = ""): Date {
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time.getTime())) {
    throw new AppError("invalid_request", `${name} is not a time such as 2026-01-31T12:00:00Z.`);
  }
  return time;
}

function readState(text: string | undefined) {
  const state = states.find((known) => known === text);
  if (text !== undefined && !state) throw new AppError("invalid_request", `--state is none of ${states.join(", ")}.`);
  return state;
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) {
    throw new AppError("invalid_request", "--limit is not a number from 1 to 1000.");
  }
  return limit;
}
