import type { IncomingMessage, RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Locale } from "./index.ts";
import { faviconSvg, pageHeaders } from "./index.ts";
import { pageSamples } from "./page-samples.testing.ts";

/** A form's POST as it arrived. */
interface Submission {
  readonly origin: string | undefined;
  readonly body: string;
}

export interface PageServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly submissions: readonly Submission[];
  close(): Promise<void>;
}

/**
 * Serves the sample pages at `/<locale>/<sample>` with their real headers. `?form-action=<origin>` goes into the policy;
 * a POST is noted and answered, as the server would answer a choice, with a redirect to `redirectTo`.
 */
export function startPageServer(redirectTo: string): Promise<PageServer> {
  const samples = { en: pageSamples("en"), de: pageSamples("de") };
  const submissions: Submission[] = [];
  return listen(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "POST") {
      submissions.push({ origin: request.headers.origin, body: await bodyOf(request) });
      response.writeHead(303, { location: redirectTo }).end();
      return;
    }
    if (url.pathname === "/favicon.svg") {
      response.writeHead(200, { "content-type": "image/svg+xml" }).end(faviconSvg);
      return;
    }
    const [, locale, name] = url.pathname.split("/") as [string, Locale, string];
    const headers = pageHeaders({ locale, formActions: url.searchParams.getAll("form-action") });
    response.writeHead(200, { ...headers, "content-type": "text/html; charset=utf-8" }).end(samples[locale][name]);
  }, submissions);
}

/** A client of another origin: where a sign-in ends. */
export function startClientServer(): Promise<PageServer> {
  return listen((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>The client</title>");
  }, []);
}

async function listen(listener: RequestListener, submissions: readonly Submission[]): Promise<PageServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, submissions, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
