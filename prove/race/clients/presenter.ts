import { createHash } from "node:crypto";
import type { HistoryWriter } from "../history/writer.ts";
import type { RaceNode } from "../node/race-node.ts";
import type { Mishap, Wire, WireAnswer } from "./wire.ts";

/** A refresh token as its holder knows it. */
export interface HeldToken {
  readonly text: string;
  readonly generation: number;
}

/** A grant that clients race for. */
export interface Contest {
  /** Its number in the history. */
  readonly grant: number;
  readonly clientId: string;
  /** Seconds. */
  readonly overlap: number;
}

export interface Presentation {
  readonly contest: Contest;
  readonly who: "honest" | "thief";
  readonly node: RaceNode;
  readonly token: HeldToken;
  readonly key: string | null;
  readonly mishap: Mishap;
}

/** Only what is well formed is an answer or a refusal; everything else is trouble, and says nothing. */
export type Presented =
  | { readonly kind: "answer"; readonly token: HeldToken }
  | { readonly kind: "refusal"; readonly reason: string }
  | { readonly kind: "trouble" };

/** Presents refresh tokens, and writes down what was sent and what came of it. */
export interface Presenter {
  present(presentation: Presentation): Promise<Presented>;
}

export interface PresenterDeps {
  readonly wire: Wire;
  readonly history: HistoryWriter;
  /** Milliseconds since the run began. */
  readonly now: () => number;
}

export function createPresenter({ wire, history, now }: PresenterDeps): Presenter {
  let requests = 0;

  return {
    async present({ contest: { grant, clientId }, who, node, token, key, mishap }) {
      const request = ++requests;
      const { generation } = token;
      const sent = { kind: "send", grant, request, at: now(), wall: Date.now(), who, node: node.index } as const;
      history.write({ ...sent, generation, token: digestOf(token.text), key });
      const common = { clientId, refreshToken: token.text, key, userAgent: `race/${request}`, mishap };
      const presented = await wire.refresh({ port: node.port, ...common }).then(readAnswer, describeTrouble);
      const line = { grant, request, at: now() };
      if (presented.kind === "answer") {
        const { generation, text } = presented.token;
        history.write({ kind: "answer", ...line, generation, token: digestOf(text) });
      } else if (presented.kind === "refusal") history.write({ kind: "refusal", ...line, reason: presented.reason });
      else history.write({ kind: "trouble", ...line, why: presented.why });
      return presented;
    },
  };
}

/** Equal for equal tokens; the history holds no token. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 12);
}

type Read = Exclude<Presented, { kind: "trouble" }> | { readonly kind: "trouble"; readonly why: string };

function readAnswer({ status, body }: WireAnswer): Read {
  const { refresh_token: text, generation, error, reason, retryable } = body;
  if (status === 200 && typeof text === "string" && typeof generation === "number") {
    return { kind: "answer", token: { text, generation } };
  }
  if (typeof error === "string" && retryable === false) return { kind: "refusal", reason: String(reason) };
  return { kind: "trouble", why: `${status} ${reason ?? ""}`.trim() };
}

function describeTrouble(error: NodeJS.ErrnoException): Read {
  return { kind: "trouble", why: error.code ?? error.message };
}
