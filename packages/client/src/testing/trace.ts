import type { Milliseconds } from "../env.ts";

export interface TraceEntry {
  /** Milliseconds since the world began. */
  readonly at: Milliseconds;
  /** A tab's name, `server`, `api`, `network`, `browser` or `script`. */
  readonly who: string;
  readonly what: string;
}

/** What happened in a world, in order: what a person reads when a scenario fails. */
export interface Trace {
  readonly entries: readonly TraceEntry[];
  add(who: string, what: string): void;
  /** One line an entry: when, who, what. `last` keeps the end only. */
  toText(options?: { readonly last?: number }): string;
}

export function createTrace(now: () => Milliseconds): Trace {
  const entries: TraceEntry[] = [];
  return {
    entries,
    add: (who, what) => entries.push({ at: now(), who, what }),
    toText({ last = entries.length } = {}) {
      const shown = entries.slice(-last);
      const left = entries.length - shown.length;
      const lines = shown.map(({ at, who, what }) => `${formatMoment(at)}  ${who.padEnd(8)} ${what}`);
      return [...(left > 0 ? [`… ${left} lines before`] : []), ...lines].join("\n");
    },
  };
}

/** `+1d 02:03:04.005`, days only where there are any. */
export function formatMoment(at: Milliseconds): string {
  const whole = Math.floor(at);
  const pad = (value: number, width: number) => String(value).padStart(width, "0");
  const days = Math.floor(whole / 86_400_000);
  const clock = [Math.floor(whole / 3_600_000) % 24, Math.floor(whole / 60_000) % 60, Math.floor(whole / 1000) % 60]
    .map((part) => pad(part, 2))
    .join(":");
  return `+${days > 0 ? `${days}d ` : ""}${clock}.${pad(whole % 1000, 3)}`;
}
