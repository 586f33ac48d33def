import type { TimelineSeverity } from "@holdfast/protocol";
import type { Session } from "../sessions/index.ts";
import type { TimelineLine } from "./line.ts";

/** What a line says, to a person. */
export interface Description {
  readonly title: string;
  readonly detail?: string | undefined;
  readonly severity: TimelineSeverity;
}

/** What else is known when a line is told. */
export interface Scene {
  /** The lines before this one, in order. */
  readonly earlier: readonly TimelineLine[];
  readonly session: Session;
  /** What the person is called. */
  readonly person: string;
  /** What the provider is called. */
  readonly providerName: string;
}

/** Puts one kind of line into words. */
export type Describer = (line: TimelineLine, scene: Scene) => Description;
