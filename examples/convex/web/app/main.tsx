/** Joins everything: one session, one Convex client, and a record of what becomes of both. Begin here. */
import { createAuthClient } from "@holdfast/client";
import { followSession } from "@holdfast/client/push";
import { ConvexProviderWithHoldfast } from "@holdfast/convex";
import { HoldfastProvider } from "@holdfast/react";
import { ConvexReactClient } from "convex/react";
import { createRoot } from "react-dom/client";
import type { PageConfig } from "../server.ts";
import { App } from "./app.tsx";
import { followTokens, TokensContext } from "./last-token.ts";
import { createRecorder, RecorderContext } from "./recorder.ts";

const config: PageConfig = await (await fetch("/config.json")).json();
const { issuer, clientId, convexUrl } = config;

const auth = createAuthClient({ issuer, clientId });
// A revocation is there at once, and not at the next refresh.
followSession(auth, { issuer, clientId });
const convex = new ConvexReactClient(convexUrl, { initialAuthTokenReuse: true });

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no #root.");
createRoot(root).render(
  <HoldfastProvider client={auth}>
    <ConvexProviderWithHoldfast client={convex}>
      <RecorderContext value={createRecorder(Date.now)}>
        <TokensContext value={followTokens(auth)}>
          <App config={config} />
        </TokensContext>
      </RecorderContext>
    </ConvexProviderWithHoldfast>
  </HoldfastProvider>,
);
