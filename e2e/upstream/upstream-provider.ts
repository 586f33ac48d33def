import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";
import { upstreamConfiguration } from "./configuration.ts";
import { createInteractions } from "./interactions.ts";
import { misbehaveAs } from "./misbehave.ts";
import type { UpstreamOptions } from "./options.ts";

/** Starts the provider on the loopback interface. It listens first: its issuer depends on the port it gets. */
export async function startProvider(options: UpstreamOptions) {
  const server = createServer().listen(options.port, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const issuer = `http://localhost:${port}`;

  const provider = new Provider(issuer, upstreamConfiguration(options));
  const tokenPath = provider.pathFor("token");
  for (const misbehaviour of options.misbehave) {
    provider.use(misbehaveAs(misbehaviour, { redirectUri: options.redirectUri, tokenPath }));
  }
  provider.use(createInteractions(provider));
  const answer = provider.callback();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    // Node writes this header by a Date of its own, which a shifted clock does not reach.
    response.setHeader("Date", new Date().toUTCString());
    void answer(request, response);
  });
  return { issuer };
}
