import type { Clock } from "../clock/clock.ts";
import type { Collected, Collection } from "../deliveries/index.ts";
import { shortName, streamUpdated } from "./event-types.ts";
import type { SignalMetrics } from "./metrics.ts";
import type { PollRequest } from "./poll-request.ts";
import { unwanted } from "./sender.ts";
import type { SignSet } from "./set.ts";
import type { IsStillWanted } from "./still-wanted.ts";
import type { Stream } from "./stream.ts";
import type { WaitingRoom } from "./waiting-room.ts";

// Below what proxies usually give an answer.
const longestWaitMs = 30_000;
// Whoever waits for news and does not acknowledge is not told the same again sooner: they would ask without end.
const againAfterMs = 5_000;

/** What a receiver gets when it polls (RFC 8936, section 2.3). */
export interface PollAnswer {
  /** By `jti`. */
  readonly sets: Readonly<Record<string, string>>;
  readonly moreAvailable: boolean;
}

export interface PollingDeps {
  readonly clock: Clock;
  readonly collection: Collection;
  readonly waitingRoom: WaitingRoom;
  readonly metrics: SignalMetrics;
  readonly sign: SignSet;
  /** The stream as it is now; null once it is removed. */
  readonly findStream: (id: string) => Promise<Stream | null>;
  /** Which of some that were queued it is still to be told. */
  readonly findWanted: (stream: Stream, bodies: readonly string[]) => Promise<IsStillWanted>;
  /** From 0. Default: 30 seconds. */
  readonly waitMs?: number;
}

/** Streams whose receivers fetch. */
export interface Polling {
  /**
   * Notes what the receiver has, and answers with what it has not: at once where there is something or it is in a hurry,
   * otherwise when there is, after half a minute at most. Two that ask at once share what there is; whatever nobody
   * acknowledges is handed out again.
   */
  answer(stream: Stream, request: PollRequest, signal?: AbortSignal): Promise<PollAnswer>;
}

export function createPolling(deps: PollingDeps): Polling {
  const { clock, collection, waitingRoom, metrics, sign, findStream, findWanted, waitMs = longestWaitMs } = deps;

  async function settle({ id }: Stream, { acknowledged, refused }: PollRequest): Promise<void> {
    const taken = await collection.acknowledge(id, acknowledged);
    const untaken = await collection.refuse(id, refused);
    metrics.tokens.inc({ method: "poll", outcome: "acknowledged" }, taken);
    metrics.tokens.inc({ method: "poll", outcome: "refused" }, untaken);
  }

  async function look(stream: Stream, { maxEvents, returnImmediately }: PollRequest): Promise<PollAnswer> {
    const query = {
      destinationId: stream.id,
      // A stream that rests says that it does, and nothing else.
      ...(stream.status === "enabled" ? {} : { type: shortName(streamUpdated) }),
      ...(returnImmediately ? {} : { idleSince: new Date(clock.now() - againAfterMs) }),
    };
    for (;;) {
      const collected = maxEvents === 0 ? [] : await collection.collect({ ...query, limit: maxEvents });
      const wanted = await withoutUnwanted(stream, collected);
      // All of them were not to be told: what comes behind them may be.
      if (wanted.length === 0 && collected.length > 0) continue;
      const isMore = collected.length === maxEvents && (await collection.hasMore(query, collected));
      metrics.tokens.inc({ method: "poll", outcome: "handed_out" }, wanted.length);
      return { sets: await signAll(wanted), moreAvailable: isMore };
    }
  }

  /** Settles what is not to be told any more. */
  async function withoutUnwanted(stream: Stream, collected: readonly Collected[]): Promise<readonly Collected[]> {
    if (collected.length === 0) return collected;
    const isWanted = await findWanted(
      stream,
      collected.map(({ body }) => body),
    );
    const { true: wanted = [], false: rest = [] } = Object.groupBy(collected, ({ body }) => `${isWanted(body)}`);
    await collection.refuse(
      stream.id,
      rest.map(({ messageId }) => ({ messageId, error: unwanted })),
    );
    return wanted;
  }

  async function signAll(collected: readonly Collected[]): Promise<Record<string, string>> {
    const signed = collected.map(async ({ messageId, body }) => [messageId, await sign(body)] as const);
    return Object.fromEntries(await Promise.all(signed));
  }

  return {
    async answer(stream, request, signal) {
      await settle(stream, request);
      const isPatient = !request.returnImmediately && request.maxEvents > 0;
      const deadline = performance.now() + (isPatient ? waitMs : 0);
      let answer = await look(stream, request);
      while (isEmpty(answer) && (await waitingRoom.wait({ streamId: stream.id, deadline, signal }))) {
        const current = await findStream(stream.id);
        if (!current) return answer;
        answer = await look(current, request);
      }
      return answer;
    },
  };
}

function isEmpty({ sets }: PollAnswer): boolean {
  return Object.keys(sets).length === 0;
}
