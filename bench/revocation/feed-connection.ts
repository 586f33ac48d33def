/**
 * A verifier's connection to the feed with as little below it as can be: a thousand services have a thousand machines to
 * read on, while ours share one process, whose HTTP client would be most of what is measured. What a verifier does with
 * the bytes is its own code.
 */
import { connect, type Socket } from "node:net";

const headEnd = "\r\n\r\n";
// All read into the same memory, one after the other: for each a new 64 KiB would be made.
const memory = Buffer.allocUnsafeSlow(65_536);

/** `fetch` for the feed: a GET, answered with a body that has a reader, chunk by chunk as they come. */
export async function openFeed(url: string, init: RequestInit = {}): Promise<Response> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const incoming = createIncoming();
  const onread = { buffer: memory, callback: incoming.take };
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread });
  socket.once("error", incoming.end).once("close", () => incoming.end());
  init.signal?.addEventListener("abort", () => socket.destroy(), { once: true });
  sendRequest(socket, `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n`, init);
  const head = await readHead(incoming);
  const status = Number(head.slice(9, 12));
  const type = /^content-type: *(.*)$/im.exec(head)?.[1]?.trim() ?? "";
  const body = { getReader: () => createReader(incoming) };
  return { status, headers: new Headers({ "content-type": type }), body } as unknown as Response;
}

function sendRequest(socket: Socket, start: string, init: RequestInit): void {
  const headers = Object.entries(init.headers as Record<string, string>);
  socket.write(`${start}${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
}

/** What has come and was not read yet. */
interface Incoming {
  buffered: Buffer;
  isOver: boolean;
  take(size: number): boolean;
  end(error?: Error): void;
  /** Until there is more, or the end. */
  more(): Promise<void>;
}

function createIncoming(): Incoming {
  let wake: () => void = () => undefined;
  const incoming: Incoming = {
    buffered: Buffer.alloc(0),
    isOver: false,
    take(size) {
      const part = memory.subarray(0, size);
      incoming.buffered = Buffer.concat(incoming.buffered.length === 0 ? [part] : [incoming.buffered, part]);
      wake();
      return true;
    },
    end() {
      incoming.isOver = true;
      wake();
    },
    more: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
  };
  return incoming;
}

async function readHead(incoming: Incoming): Promise<string> {
  for (;;) {
    const end = incoming.buffered.indexOf(headEnd);
    if (end !== -1) {
      const head = incoming.buffered.toString("latin1", 0, end);
      incoming.buffered = incoming.buffered.subarray(end + headEnd.length);
      return head;
    }
    if (incoming.isOver) throw new Error("The connection ended before there was an answer");
    await incoming.more();
  }
}

/** Takes the chunks of a chunked body apart (RFC 9112, section 7.1). Empty parts are for those that were cut. */
function createReader(incoming: Incoming): { read(): Promise<{ done: boolean; value?: Uint8Array }> } {
  function nextChunk(): Uint8Array | null {
    const { buffered } = incoming;
    const lineEnd = buffered.indexOf("\r\n");
    const length = lineEnd === -1 ? Number.NaN : Number.parseInt(buffered.toString("latin1", 0, lineEnd), 16);
    const end = lineEnd + 2 + length;
    // Also false while the line is not there.
    if (!(buffered.length >= end + 2)) return null;
    const chunk = buffered.subarray(lineEnd + 2, end);
    incoming.buffered = buffered.subarray(end + 2);
    return chunk;
  }

  return {
    async read() {
      for (;;) {
        const value = nextChunk();
        if (value) return { done: false, value };
        if (incoming.isOver) return { done: true };
        await incoming.more();
      }
    },
  };
}
