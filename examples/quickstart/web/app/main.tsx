/** The page. Begin reading here: `quickstart.ts` makes the client, `views/` shows it. */
import { HoldfastProvider } from "@holdfast/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { loadConfig } from "./config.ts";
import { createQuickstart, QuickstartContext } from "./quickstart.ts";
import { Page } from "./views/page.tsx";

const quickstart = createQuickstart(await loadConfig());
const signInError = new URLSearchParams(location.search).get("error");
// Said once; a reload shall not say it again.
if (location.search) history.replaceState(null, "", location.pathname);

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no #root");
createRoot(root).render(
  <StrictMode>
    <QuickstartContext value={quickstart}>
      <HoldfastProvider client={quickstart.client}>
        <Page signInError={signInError} />
      </HoldfastProvider>
    </QuickstartContext>
  </StrictMode>,
);
