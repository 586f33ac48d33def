/** What the session, Convex, its socket and the list have been through in the last minute. */
import { type Context, createContext, useContext, useLayoutEffect, useSyncExternalStore } from "react";

export const lanes = ["session", "convex", "socket", "list"] as const;
export type Lane = (typeof lanes)[number];

/** `off` is what a person would call a flash: signed out, or not on the screen, though there is a session; `none`: there is none. */
export type Tone = "good" | "waiting" | "off" | "none";

/** A stretch of time in which a lane was as it was. Milliseconds since the epoch. */
export interface Span {
  readonly tone: Tone;
  /** In a word or two: `active`, `waiting for a token`. */
  readonly label: string;
  readonly from: number;
  /** Null: it still is. */
  readonly to: number | null;
}

export type Recording = Readonly<Record<Lane, readonly Span[]>>;

export interface Recorder {
  /** From now on the lane is as told. */
  readonly record: (lane: Lane, tone: Tone, label: string) => void;
  /** The same object until something is recorded. */
  readonly getSnapshot: () => Recording;
  /** Answers with the way to stop. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Milliseconds that are shown. */
export const RECORDED_MS = 60_000;

/** @param now  milliseconds since the epoch */
export function createRecorder(now: () => number): Recorder {
  const listeners = new Set<() => void>();
  let recording: Recording = { session: [], convex: [], socket: [], list: [] };

  function record(lane: Lane, tone: Tone, label: string): void {
    const spans = recording[lane];
    const last = spans.at(-1);
    if (last?.tone === tone && last.label === label) return;
    const at = now();
    const recent = spans.filter(({ to }) => to === null || to > at - RECORDED_MS);
    const ended = recent.map((span) => (span.to === null ? { ...span, to: at } : span));
    recording = { ...recording, [lane]: [...ended, { tone, label, from: at, to: null }] };
    for (const listener of listeners) listener();
  }

  return {
    record,
    getSnapshot: () => recording,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const RecorderContext: Context<Recorder | null> = createContext<Recorder | null>(null);

function useRecorder(): Recorder {
  const recorder = useContext(RecorderContext);
  if (recorder === null) throw new Error("There is no recorder above this component.");
  return recorder;
}

export function useRecording(): Recording {
  const { subscribe, getSnapshot } = useRecorder();
  return useSyncExternalStore(subscribe, getSnapshot);
}

/** Records how a lane is, from when the component is on the screen until another one says otherwise. */
export function useLane(lane: Lane, tone: Tone, label: string): void {
  const { record } = useRecorder();
  useLayoutEffect(() => record(lane, tone, label), [record, lane, tone, label]);
}
