import type { Milliseconds } from "@holdfast/client";
import type { VirtualTab, World } from "@holdfast/client/testing";
import { claimsOf } from "./servers/vendor-server.ts";

/**
 * What came of an app's request to its API: `good`; `doomed`: the API took a token whose session is over at the server;
 * `refused`: the API refused two tokens as expired; `nobody`: the library says that nobody is signed in; `error`: the
 * library threw.
 */
export type Answer = "good" | "doomed" | "refused" | "nobody" | "error";

/** One request of an app to its API. */
export interface ApiCall {
  readonly tab: VirtualTab;
  readonly at: Milliseconds;
  /** Null while the library has not answered. */
  answer: Answer | null;
  answeredAt: Milliseconds;
  /** The API refused the library's first token as expired, and the app asked for another. */
  was401: boolean;
}

export interface ApiCalls {
  readonly asked: readonly ApiCall[];
  ask(tab: VirtualTab): void;
  isWaiting(tab: VirtualTab): boolean;
}

export interface ApiCallsDeps {
  readonly world: World;
  /** Whether the session is over at the server. */
  readonly isOver: (sid: string) => boolean;
}

/** An API that takes tokens until they expire, and the app's requests to it. */
export function createApiCalls({ world, isOver }: ApiCallsDeps): ApiCalls {
  const asked: ApiCall[] = [];

  async function call(entry: ApiCall): Promise<Answer> {
    const { client } = entry.tab;
    const token = await client.getToken();
    if (token === null) return "nobody";
    if (!isExpired(token)) return judged(token);
    entry.was401 = true;
    // After a 401 once more with a new token, as is usual.
    const another = await client.getToken({ forceRefresh: true });
    if (another === null) return "nobody";
    return isExpired(another) ? "refused" : judged(another);
  }

  const isExpired = (token: string) => Number(claimsOf(token).exp) * 1000 <= world.serverNow();

  const judged = (token: string) => (isOver(String(claimsOf(token).sid)) ? "doomed" : "good");

  return {
    asked,
    ask(tab) {
      const entry: ApiCall = { tab, at: world.now, answer: null, answeredAt: world.now, was401: false };
      asked.push(entry);
      const settle = (answer: Answer, why: string = answer) => {
        entry.answer = answer;
        entry.answeredAt = world.now;
        if (answer !== "good") world.note(`tab ${tab.name} calls its API: ${why}`);
      };
      call(entry).then(
        (answer) => settle(answer),
        (error: unknown) => settle("error", String(error)),
      );
    },
    isWaiting: (tab) => asked.some((entry) => entry.tab === tab && entry.answer === null),
  };
}
