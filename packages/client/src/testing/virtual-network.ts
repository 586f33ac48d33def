import type { Milliseconds } from "../env.ts";
import type { CookieJar } from "./cookie-jar.ts";
import { createExchange, type Exchange, type SentRequest } from "./exchange.ts";
import { createFaultScript, type Fault, type FaultScript } from "./network-faults.ts";
import type { Scheduler } from "./scheduler.ts";
import type { TabRuntime } from "./tab-runtime.ts";
import type { Trace } from "./trace.ts";

/** The way from the tabs to the servers, and everything that can happen on it. */
export interface VirtualNetwork extends FaultScript {
  /** A tab's `fetch`. */
  fetchFor(tab: TabRuntime, origin: string): (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Nothing passes any more, what is under way included: for one tab, or for all. */
  down(tab?: string): void;
  up(tab?: string): void;
  readonly isUp: (tab?: string) => boolean;
  /** How long each way takes from now on. Default: 20 ms. */
  latency(oneWay: Milliseconds): void;
  /** The connections of a computer that falls asleep: nobody will ever answer on them. */
  breakConnections(): void;
  /** The tab is gone, or lies in the back/forward cache: its requests are dropped, save those marked `keepalive`. */
  dropRequestsOf(tab: TabRuntime): void;
  /** Requests of a tab to addresses that end so, which nobody has an answer to yet. */
  inFlight(tab: string, pathEnd: string): number;
  /** All that ever left, for counting. */
  readonly sent: readonly SentRequest[];
}

export interface VirtualNetworkDeps {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly jar: CookieJar;
  /** Brings the request to the server it is for. */
  readonly serve: (request: Request) => Promise<Response>;
  readonly onSent: (tab: string, path: string) => void;
}

const defaultLatency = 20;
// What a browser needs to find out that there is no network.
const unreachableAfter = 2;

export function createVirtualNetwork(deps: VirtualNetworkDeps): VirtualNetwork {
  const { scheduler, trace, jar } = deps;
  const script = createFaultScript();
  const downFor = new Set<string>();
  const open = new Set<Exchange>();
  const sent: SentRequest[] = [];
  let isDown = false;
  let oneWay = defaultLatency;

  const isUp = (tab?: string) => !isDown && (tab === undefined || !downFor.has(tab));

  function send(tab: TabRuntime, origin: string, request: Request, signal: AbortSignal | null): Promise<Response> {
    const exchange = createExchange({ tab, origin, request, signal, jar, trace, onClose: () => open.delete(exchange) });
    if (exchange.isClosed()) return exchange.answer;
    open.add(exchange);
    const fault = script.take(request, tab.name);
    const path = new URL(request.url).pathname;
    sent.push({ at: scheduler.now(), tab: tab.name, path, request: exchange.request });
    trace.add(tab.name, `→ ${exchange.title}${fault ? `  (${nameOf(fault)})` : ""}`);
    travel(exchange, fault);
    deps.onSent(tab.name, path);
    return exchange.answer;
  }

  function travel(exchange: Exchange, fault: Fault | null): void {
    const up = fault?.kind === "delay" ? fault.up : oneWay;
    const down = fault?.kind === "delay" ? fault.down : oneWay;
    if (fault?.kind === "unreachable" || !isUp(exchange.tab)) {
      scheduler.after(unreachableAfter, () => exchange.fail());
    } else if (fault?.kind === "answer") {
      const response = fault.answer();
      scheduler.after(2 * oneWay, () => exchange.deliver(response));
    } else {
      scheduler.after(up, () => arrive(exchange, fault, down));
    }
  }

  function arrive(exchange: Exchange, fault: Fault | null, down: Milliseconds): void {
    const isLost = fault?.kind === "lose-request";
    if (isLost && fault.ending === "silence") return;
    if (isLost || !isUp(exchange.tab)) exchange.fail();
    else serve(exchange, fault, down);
  }

  function serve(exchange: Exchange, fault: Fault | null, down: Milliseconds): void {
    const served = deps.serve(exchange.request).then(async (response) => {
      const kept = await keepAnswer(response, fault?.kind === "truncate");
      scheduler.after(down, () => comeBack(exchange, fault, kept));
    });
    scheduler.hold(served.catch((error: unknown) => fallOver(exchange, error)));
  }

  function comeBack(exchange: Exchange, fault: Fault | null, response: Response): void {
    const isLost = fault?.kind === "lose-response";
    if (isLost && fault.ending === "silence") return;
    if (isLost || !isUp(exchange.tab)) exchange.fail();
    else exchange.deliver(response);
  }

  function fallOver(exchange: Exchange, error: unknown): void {
    trace.add("server", `threw ${String(error)}`);
    scheduler.after(oneWay, () => exchange.fail());
  }

  return {
    ...script,
    fetchFor: (tab, origin) => async (input, init) => {
      // Of a page that is gone, what was already under way between two promises may still come to its end.
      if (!tab.isOpen()) return new Promise<never>(() => undefined);
      const { signal = input instanceof Request ? input.signal : null, ...rest } = init ?? {};
      return send(tab, origin, new Request(input, { ...rest, signal: null }), signal);
    },
    down(tab) {
      if (tab === undefined) isDown = true;
      else downFor.add(tab);
    },
    up(tab) {
      if (tab !== undefined) downFor.delete(tab);
      else {
        isDown = false;
        downFor.clear();
      }
    },
    isUp,
    latency(ms) {
      oneWay = ms;
    },
    breakConnections() {
      for (const exchange of open) exchange.breakConnection();
    },
    dropRequestsOf(tab) {
      for (const exchange of open) if (exchange.tab === tab.name) exchange.drop();
    },
    inFlight: (tab, pathEnd) =>
      [...open].filter((exchange) => exchange.tab === tab && new URL(exchange.request.url).pathname.endsWith(pathEnd))
        .length,
    sent,
  };
}

/** Reads the body, so that a page can read it later without real time. A stream of events is passed on as it is. */
async function keepAnswer(response: Response, isTruncated: boolean): Promise<Response> {
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) return response;
  const { status, statusText, headers } = response;
  if (response.body === null) return new Response(null, { status, statusText, headers });
  const text = await response.text();
  return new Response(isTruncated ? text.slice(0, text.length / 2) : text, { status, statusText, headers });
}

function nameOf(fault: Fault): string {
  if (fault.kind === "answer") return fault.name;
  if (fault.kind === "delay") return `slow: ${fault.up} ms up, ${fault.down} ms down`;
  return "ending" in fault ? `${fault.kind}, ${fault.ending}` : fault.kind;
}
