import type { ReactNode } from "react";
import { useQuickstart } from "../quickstart.ts";

export function Hero(): ReactNode {
  const { config } = useQuickstart();
  return (
    <section className="hero" aria-labelledby="title">
      <div>
        <h1 id="title">Follow one session, from sign-in to refusal.</h1>
        <p className="lead">
          This page is an ordinary app, next to an ordinary API. Nothing is mocked: what you see below is what goes over
          the wire.
        </p>
      </div>
      <dl className="origins">
        <Origin name="This app" host={location.host} />
        <Origin name="Holdfast" host={new URL(config.issuer).host} />
        <Origin name="The API" host={new URL(config.api).host} />
      </dl>
    </section>
  );
}

function Origin({ name, host }: { readonly name: string; readonly host: string }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <code>{host}</code>
      </dd>
    </div>
  );
}
