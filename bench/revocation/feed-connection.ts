/**
 * A verifier's connection to the feed with as little below it as can be: a thousand services have a thousand machines to
 * read on, while ours share one process, whose HTTP client would be most of what is measured. What a verifier does with
 * the bytes is its own code.
 */
import { connect, type Socket } from "node:net";

const headEnd = "\r\n\r\n";

/** `fetch` for the feed: a GET, answered with a body that has a reader, chunk by chunk as they come. */
export async function openFeed(url: string, init: RequestInit = {}): Promise<Response> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  init.signal?.addEventListener("abort", () => socket.destroy(), { once: true });
  const headers = Object.entries(init.headers as Record<string, string>).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n${headers.join("")}\r\n`);
  const first = await readHead(socket);
  const status = Number(first.head.slice(9, 12));
  const type = /^content-type: *(.*)$/im.exec(first.head)?.[1]?.trim() ?? "";
  const body = { getReader: () => createReader(socket, first.rest) };
  return { status, headers: new Headers({ "content-type": type }), body } as unknown as Response;
}

function readHead(socket: Socket): Promise<{ readonly head: string; readonly rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const take = (part: Buffer) => {
      received = Buffer.concat([received, part]);
      const end = received.indexOf(headEnd);
      if (end === -1) return;
      socket.off("data", take).pause();
      resolve({ head: received.subarray(0, end).toString(), rest: received.subarray(end + headEnd.length) });
    };
    socket.on("data", take).once("error", reject);
  });
}

/** Takes the chunks of a chunked body apart (RFC 9112, section 7.1). Empty parts are for those that were cut. */
function createReader(socket: Socket, rest: Buffer): { read(): Promise<{ done: boolean; value?: Uint8Array }> } {
  let buffered = rest;
  let isOver = false;
  let wake: () => void = () => undefined;
  socket.on("data", (part: Buffer) => {
    buffered = buffered.length === 0 ? part : Buffer.concat([buffered, part]);
    wake();
  });
  socket.once("close", () => {
    isOver = true;
    wake();
  });
  socket.resume();

  function nextChunk(): Uint8Array | null {
    const lineEnd = buffered.indexOf("\r\n");
    const length = lineEnd === -1 ? Number.NaN : Number.parseInt(buffered.toString("latin1", 0, lineEnd), 16);
    const end = lineEnd + 2 + length;
    // Also false while the line is not there.
    if (!(buffered.length >= end + 2)) return null;
    const chunk = buffered.subarray(lineEnd + 2, end);
    buffered = buffered.subarray(end + 2);
    return chunk;
  }

  return {
    async read() {
      for (;;) {
        const value = nextChunk();
        if (value) return { done: false, value };
        if (isOver) return { done: true };
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
