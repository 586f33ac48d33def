import type { ReactElement } from "react";
import { type Lane, lanes, RECORDED_MS, type Span, useRecording } from "./recorder.ts";
import { useNow } from "./use-now.ts";

const titles: Readonly<Record<Lane, string>> = {
  session: "Session",
  convex: "Convex",
  socket: "Socket",
  list: "List",
};

/** The last minute as four bands. What flashes is a gap in one of them; a break of the socket alone is none. */
export function Record(): ReactElement {
  const recording = useRecording();
  const now = Math.max(useNow(), ...lanes.flatMap((lane) => recording[lane].map(({ from }) => from)));
  return (
    <section className="record" aria-label="The last minute">
      <div className="bands">
        {lanes.map((lane) => (
          <Band key={lane} title={titles[lane]} lane={lane} spans={recording[lane]} now={now} />
        ))}
        <p className="axis muted" aria-hidden="true">
          <span>a minute ago</span>
          <span>now</span>
        </p>
      </div>
    </section>
  );
}

interface BandProps {
  readonly title: string;
  readonly lane: Lane;
  readonly spans: readonly Span[];
  readonly now: number;
}

function Band({ title, lane, spans, now }: BandProps): ReactElement {
  const current = spans.at(-1);
  return (
    <div className="band" data-testid={`band-${lane}`} data-history={spans.map(({ tone }) => tone).join(" ")}>
      <span className="band-title">{title}</span>
      <span className="track" aria-hidden="true">
        {spans.map((span) => (
          <span key={span.from} className="span" data-tone={span.tone} title={span.label} style={place(span, now)} />
        ))}
      </span>
      <span className="band-state">{current?.label ?? "not yet"}</span>
    </div>
  );
}

/** In percent of the minute, from the left. */
function place({ from, to }: Span, now: number): { readonly left: string; readonly width: string } {
  const start = Math.max(0, 1 - (now - from) / RECORDED_MS);
  const end = Math.max(0, 1 - (now - (to ?? now)) / RECORDED_MS);
  return { left: `${start * 100}%`, width: `${(end - start) * 100}%` };
}
