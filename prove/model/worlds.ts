import type { Left } from "./state.ts";

export type Size = "small" | "medium" | "large";

/** The surroundings of one grant, and how much may happen in them. */
export interface World {
  readonly name: WorldName;
  readonly says: string;
  /** Where the honest browser keeps its token: in storage its tabs share, or in the cookie jar. */
  readonly mode: "body" | "cookie";
  /** Tabs that may each have a request under way. */
  readonly tabs: number;
  /** Ticks. */
  readonly overlap: number;
  /** The idle limit in ticks; 0 where nothing expires. */
  readonly idle: number;
  /** Ticks that a tab waits for an answer at most. */
  readonly patience: number;
  /** Ticks after it was sent in which a request may still arrive. */
  readonly requestLife: number;
  /** Whether the grant is sender-constrained: it does not rotate, and its client keeps its token. */
  readonly isBound: boolean;
  readonly thief: "none" | "copies" | "forges" | "insider";
  /** How much a failover loses: what happened since the last tick at most, or anything. */
  readonly lag: "tick" | "any";
  readonly bounds: Left;
}

const usual = {
  mode: "body",
  tabs: 1,
  overlap: 1,
  idle: 0,
  patience: 0,
  requestLife: 0,
  isBound: false,
  thief: "none",
  lag: "any",
} as const satisfies Partial<World>;

type WorldEntry = Partial<Omit<World, "name" | "says" | "bounds">> & {
  readonly says: string;
  /** `[sends, ticks, thefts, revocations, failovers]`, by size. */
  readonly bounds: Readonly<Record<Size, readonly [number, number, number, number, number]>>;
};

const catalogue = {
  client: {
    says: "one client, its key persisted",
    bounds: { small: [5, 2, 0, 0, 0], medium: [8, 4, 0, 0, 0], large: [10, 5, 0, 0, 0] },
  },
  limits: {
    says: "one client and an idle limit",
    ...{ idle: 2 },
    bounds: { small: [4, 3, 0, 0, 0], medium: [7, 5, 0, 0, 0], large: [9, 6, 0, 0, 0] },
  },
  tabs: {
    says: "tabs that share storage",
    ...{ tabs: 2 },
    bounds: { small: [5, 1, 0, 0, 0], medium: [7, 2, 0, 0, 0], large: [8, 3, 0, 0, 0] },
  },
  "slow-tabs": {
    says: "tabs whose answers may take half the overlap, and requests as long",
    ...{ tabs: 2, overlap: 2, patience: 1, requestLife: 1 },
    bounds: { small: [4, 3, 0, 0, 0], medium: [5, 4, 0, 0, 0], large: [6, 4, 0, 0, 0] },
  },
  cookie: {
    says: "tabs that share a cookie jar",
    ...{ tabs: 2, mode: "cookie" },
    bounds: { small: [5, 1, 0, 0, 0], medium: [6, 2, 0, 0, 0], large: [7, 3, 0, 0, 0] },
  },
  thief: {
    says: "one client, and a thief who copies token and pending key at any time",
    ...{ thief: "copies" },
    bounds: { small: [4, 2, 1, 0, 0], medium: [5, 3, 2, 0, 0], large: [6, 4, 3, 0, 0] },
  },
  forgers: {
    says: "one client, and a thief who rewrites the copied token's generation",
    ...{ thief: "forges" },
    bounds: { small: [3, 1, 2, 0, 0], medium: [4, 3, 3, 0, 0], large: [5, 3, 3, 0, 0] },
  },
  insiders: {
    says: "one client, and somebody with the server's secret and the database",
    ...{ thief: "insider" },
    bounds: { small: [3, 1, 2, 0, 0], medium: [5, 3, 3, 0, 0], large: [6, 4, 3, 0, 0] },
  },
  bound: {
    says: "a sender-constrained grant, and a thief without its proof",
    ...{ isBound: true, thief: "copies" },
    bounds: { small: [4, 2, 2, 0, 0], medium: [7, 4, 3, 0, 0], large: [9, 5, 4, 0, 0] },
  },
  revocation: {
    says: "tabs, and a revocation",
    ...{ tabs: 2 },
    bounds: { small: [3, 1, 0, 1, 0], medium: [5, 2, 0, 1, 0], large: [6, 3, 0, 1, 0] },
  },
  failover: {
    says: "tabs, and a failover that loses any tail",
    ...{ tabs: 2 },
    bounds: { small: [4, 1, 0, 0, 1], medium: [5, 2, 0, 0, 1], large: [6, 2, 0, 0, 2] },
  },
  "failover-of-a-revocation": {
    says: "one client, a revocation, and a failover that may lose it",
    bounds: { small: [3, 1, 0, 1, 1], medium: [5, 2, 0, 1, 1], large: [6, 2, 0, 1, 2] },
  },
  "failover-near-the-limit": {
    says: "one client, an idle limit, and a failover that loses less than a tick",
    ...{ idle: 2, lag: "tick" },
    bounds: { small: [3, 3, 0, 0, 1], medium: [5, 4, 0, 0, 1], large: [6, 4, 0, 0, 2] },
  },
  "held-up-requests": {
    says: "one client whose abandoned requests may arrive at any time",
    ...{ requestLife: 9 },
    bounds: { small: [4, 2, 0, 0, 0], medium: [6, 3, 0, 0, 0], large: [7, 4, 0, 0, 0] },
  },
  together: {
    says: "tabs, a thief, a revocation and a failover",
    ...{ tabs: 2, thief: "copies" },
    bounds: { small: [2, 1, 1, 1, 1], medium: [3, 2, 1, 1, 1], large: [4, 2, 2, 1, 1] },
  },
} as const satisfies Record<string, WorldEntry>;

export type WorldName = keyof typeof catalogue;

export const worldNames: readonly WorldName[] = Object.keys(catalogue) as WorldName[];

export function createWorld(name: WorldName, size: Size): World {
  const { bounds, ...world }: WorldEntry = catalogue[name];
  const [sends, ticks, thefts, revocations, failovers] = bounds[size];
  return { ...usual, ...world, name, bounds: { sends, ticks, thefts, revocations, failovers } };
}
