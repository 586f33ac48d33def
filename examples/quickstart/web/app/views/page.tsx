import type { AuthErrorKind } from "@holdfast/client";
import { useAuthState } from "@holdfast/react";
import { type ReactNode, useEffect } from "react";
import { useQuickstart } from "../quickstart.ts";
import { useStore } from "../store.ts";
import { Hero } from "./hero.tsx";
import { Masthead } from "./masthead.tsx";
import { Notices } from "./notices.tsx";
import { Steps } from "./steps.tsx";
import { usePerson } from "./use-person.ts";

export function Page({ signInError }: { readonly signInError: string | null }): ReactNode {
  const { config, held, announcement } = useQuickstart();
  const story = useStore(held)?.sid ?? "none";
  const person = usePerson();
  useAnnouncements();
  return (
    <>
      <a className="skip" href="#steps">
        Skip to the steps
      </a>
      <Masthead person={person} />
      <main>
        <Hero />
        <Notices signInError={signInError} />
        {/* For a new session the story begins anew. */}
        <Steps key={story} person={person} />
      </main>
      <footer className="foot">
        <p>
          You are reading <code>examples/quickstart</code>: React over <code>@holdfast/react</code>, bundled as it
          starts. Begin with <code>web/app/main.tsx</code> and <code>web/app/quickstart.ts</code>.
        </p>
        <p>
          <a href={`${config.issuer}/errors`}>Error catalogue</a>
        </p>
      </footer>
      <p className="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
        {useStore(announcement)}
      </p>
    </>
  );
}

const weather: AuthErrorKind = "transient";

/** Tells those who do not see the page what has changed on it. */
function useAnnouncements(): void {
  const { client, announcement } = useQuickstart();
  const status = useAuthState((state) => state.status);
  useEffect(() => {
    document.documentElement.dataset.status = status;
  }, [status]);
  useEffect(() => {
    let isInTrouble = false;
    const stops = [
      client.on("token", ({ generation }) => {
        isInTrouble = false;
        announcement.set(`The token was refreshed: generation ${generation}.`);
      }),
      client.on("trouble", ({ kind }) => {
        if (kind === weather && !isInTrouble && client.state.isAuthenticated) {
          announcement.set("Refreshing failed for now. You stay signed in.");
        }
        isInTrouble = true;
      }),
      client.on("ended", () => announcement.set("The session has ended.")),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, announcement]);
}
