/**
 * As little of an HTTP/1.1 client as putting on load needs: one keep-alive connection, one request at a time, answers
 * with a Content-Length. Node's own would cost more than some of what is measured.
 */
import { connect } from "node:net";

export interface HttpAnswer {
  readonly status: number;
  /** Everything before the body. */
  readonly head: string;
  readonly body: string;
}

export interface HttpConnection {
  readonly isOpen: boolean;
  /** Sends a whole request, head and body. @throws Error when the connection ends before the answer has come */
  send(request: string): Promise<HttpAnswer>;
  close(): void;
}

interface Pending {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** @param localAddress of this machine, where one address has too few ports for all connections */
export function openConnection(port: number, localAddress = "127.0.0.1"): Promise<HttpConnection> {
  const socket = connect({ port, host: "127.0.0.1", localAddress, noDelay: true });
  let received = "";
  let pending: Pending | null = null;

  function take(chunk: Buffer): void {
    // What nobody asked for: the server says that it has waited long enough for a request, and closes.
    if (!pending) return;
    received += chunk.toString("latin1");
    const answer = parseAnswer(received);
    if (!answer) return;
    received = "";
    const { resolve } = pending ?? {};
    pending = null;
    resolve?.(answer);
  }

  function fail(error: Error): void {
    pending?.reject(error);
    pending = null;
  }

  return new Promise((opened, failed) => {
    socket.once("connect", () => {
      opened({
        get isOpen() {
          return !socket.destroyed && !socket.readableEnded;
        },
        send(request) {
          return new Promise((resolve, reject) => {
            if (socket.destroyed) return reject(new Error("the connection is closed"));
            pending = { resolve, reject };
            socket.write(request, "latin1");
          });
        },
        close: () => socket.destroy(),
      });
    });
    socket.on("data", take);
    socket.on("error", (error) => {
      failed(error);
      fail(error);
    });
    socket.on("close", () => fail(new Error("the connection was closed")));
  });
}

/** Null until all of it has come. */
function parseAnswer(text: string): HttpAnswer | null {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return null;
  const head = text.slice(0, end);
  const length = headerOf(head, "content-length");
  if (length === null) throw new Error(`An answer without a Content-Length:\n${head}`);
  const body = text.slice(end + 4);
  if (body.length < Number(length)) return null;
  return { status: Number(head.slice(9, 12)), head, body };
}

/** A header of an answer. @param name in lower case */
export function headerOf(head: string, name: string): string | null {
  return new RegExp(`^${name}: *(.*)$`, "im").exec(head)?.[1]?.trim() ?? null;
}
