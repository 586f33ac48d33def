import type { Fetch } from "../src/fetch-json.ts";

/** An issuer in memory: what each path answers, and what was asked. */
export interface FakeFetch {
  readonly fetch: Fetch;
  /** Every path asked for, in order. */
  readonly asked: string[];
  /** Changes the answer of a path; a function is called for each request. */
  answer(path: string, answer: FakeAnswer): void;
  /** How often a path was asked for. */
  count(path: string): number;
}

export type FakeAnswer = object | ((signal: AbortSignal) => Response | Promise<Response>);

export const metadataPath = "/.well-known/oauth-authorization-server";
export const openidPath = "/.well-known/openid-configuration";

/** @param answers by path; a plain object is answered as JSON, a path that is not there with 404 */
export function createFakeFetch(answers: Record<string, FakeAnswer>): FakeFetch {
  const current = new Map(Object.entries(answers));
  const asked: string[] = [];
  return {
    asked,
    async fetch(url, { signal }) {
      const path = new URL(url).pathname;
      asked.push(path);
      const answer = current.get(path);
      if (answer === undefined) return new Response("not here", { status: 404 });
      return typeof answer === "function" ? answer(signal as AbortSignal) : Response.json(answer);
    },
    answer: (path, answer) => void current.set(path, answer),
    count: (path) => asked.filter((one) => one === path).length,
  };
}

/** An answer that only ends when it is aborted. */
export function hang(signal: AbortSignal): Promise<Response> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}
