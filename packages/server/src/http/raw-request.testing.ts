import { connect } from "node:net";

/** An HTTP answer, as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/**
 * Sends a request exactly as written: paths that no client would send, which `fetch` would put right first. `lines` are
 * the request line and the headers; `Host` and `Connection: close` are added.
 */
export function rawRequest(issuer: string, lines: readonly string[], body = ""): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(issuer);
  const [requestLine = "", ...headers] = lines;
  const given = headers.some((line) => /^host:/i.test(line)) ? [] : [`Host: ${host}`];
  const text = [requestLine, ...given, "Connection: close", ...headers, "", body].join("\r\n");
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(text, "latin1")));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.once("error", reject);
    socket.once("close", () => {
      const answer = Buffer.concat(chunks).toString("latin1");
      const [head = "", ...rest] = answer.split("\r\n\r\n");
      resolve({ status: Number(head.split(" ")[1]), head, body: rest.join("\r\n\r\n") });
    });
  });
}
