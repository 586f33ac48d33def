import type { ReactNode } from "react";
import { useQuickstart } from "../quickstart.ts";
import { clockTime, milliseconds } from "../reading/times.ts";
import { useStore } from "../store.ts";

/** The client's events as they come, the newest first. */
export function JournalList(): ReactNode {
  const { journal } = useQuickstart();
  const { entries } = useStore(journal);
  return (
    <ol className="log" data-testid="refresh-log">
      {entries.map(({ id, at, kind, badge, text, tookMs, times }) => (
        <li key={id} data-kind={kind}>
          <time>{clockTime(at)}</time>
          <span className="generation">{badge}</span>
          <span>
            {text}
            {times > 1 && `, ${times} times now`}
          </span>
          <span className="took">{tookMs !== null && milliseconds(tookMs)}</span>
        </li>
      ))}
    </ol>
  );
}
