import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";

/** What happens to a request on its way. */
export type Mishap =
  | { readonly kind: "none" }
  /** The connection is cut this many milliseconds after the request has left: its answer is lost, or it is. */
  | { readonly kind: "cut"; readonly afterMs: number }
  /** The request stops in the middle of its body, and the connection is cut: nothing can be judged. */
  | { readonly kind: "half" }
  /** The second half of the body comes this many milliseconds after the first. */
  | { readonly kind: "slow"; readonly byMs: number };

export interface WireRequest {
  readonly port: number;
  readonly clientId: string;
  readonly refreshToken: string;
  readonly key: string | null;
  readonly userAgent: string;
  readonly mishap: Mishap;
}

/** What arrived. Null when nothing did. */
export interface WireAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Wire {
  /** `POST /refresh`. @throws Error when no whole answer arrived */
  refresh(request: WireRequest): Promise<WireAnswer>;
  /** `POST /signout`, in the browser that holds this session cookie. @throws Error when no whole answer arrived */
  signOut(port: number, cookie: string): Promise<WireAnswer>;
  close(): void;
}

const timeoutMs = 5_000;

export function createWire(): Wire {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });

  return {
    async refresh({ port, clientId, refreshToken, key, userAgent, mishap }) {
      const body = new URLSearchParams({ client_id: clientId, refresh_token: refreshToken }).toString();
      const headers = { "user-agent": userAgent, ...(key === null ? {} : { "idempotency-key": key }) };
      const sent = post({ agent, port, path: "/refresh", headers, length: body.length });
      const answered = readAnswer(sent);
      sendBody(sent, body, mishap);
      return answered;
    },
    async signOut(port, cookie) {
      const headers = { accept: "application/json", cookie: `holdfast_session=${cookie}` };
      const sent = post({ agent, port, path: "/signout", headers, length: 0 });
      const answered = readAnswer(sent);
      sent.end();
      return answered;
    },
    close: () => agent.destroy(),
  };
}

interface Post {
  readonly agent: Agent;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly length: number;
}

function post({ agent, port, path, headers, length }: Post): ClientRequest {
  const sent = request({
    agent,
    host: "127.0.0.1",
    port,
    path,
    method: "POST",
    timeout: timeoutMs,
    headers: { ...headers, "content-type": "application/x-www-form-urlencoded", "content-length": length },
  });
  sent.once("timeout", () => sent.destroy(new Error("no answer in time")));
  return sent;
}

function sendBody(sent: ClientRequest, body: string, mishap: Mishap): void {
  const half = body.length >> 1;
  switch (mishap.kind) {
    case "none":
      sent.end(body);
      return;
    case "cut":
      sent.end(body, () => setTimeout(() => sent.destroy(new Error("cut")), mishap.afterMs));
      return;
    case "half":
      sent.write(body.slice(0, half), () => sent.destroy(new Error("half a request")));
      return;
    case "slow":
      sent.write(body.slice(0, half));
      setTimeout(() => sent.destroyed || sent.end(body.slice(half)), mishap.byMs);
  }
}

function readAnswer(sent: ClientRequest): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    sent.once("error", reject);
    sent.once("response", (response: IncomingMessage) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.once("error", reject);
      response.once("close", () => response.complete || reject(new Error("half an answer")));
      response.once("end", () => {
        try {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
        } catch (error) {
          reject(error);
        }
      });
    });
  });
}
