/** An event of which somebody may have been told. */
export interface TellableEvent {
  /** Its number in the log. */
  readonly id: string;
  readonly at: Date;
}

/** Followers of the feed, whom one node told of events at once. */
export interface FollowersTold {
  readonly channel: "feed";
  /** Which of the events that were asked about. */
  readonly eventIds: readonly string[];
  readonly at: Date;
  /** The node that told them. */
  readonly node: string;
  /** Connections of each service. */
  readonly services: Readonly<Record<string, number>>;
  /** Connections of nobody in particular. */
  readonly anonymous: number;
}

/** What became of the message that tells one receiver of an event. */
export interface MessageTold {
  readonly channel: "webhook" | "signals";
  readonly eventIds: readonly string[];
  /** When it was taken; while it was not, when it was last tried, or else made. */
  readonly at: Date;
  readonly receiver: {
    readonly id: string;
    /** What operators know it by: an address, a service. */
    readonly name: string;
  };
  /** `stopped`: it waits, and nothing is sent there until an operator says so. */
  readonly state: "told" | "waiting" | "stopped" | "given_up";
  readonly attempts: number;
  /** What the receiver answered, where it did: the HTTP status. */
  readonly status: number | null;
  /** What went wrong at the last attempt, in a few words. */
  readonly error: string | null;
  readonly nextAttemptAt: Date | null;
}

/** Who was told of events, when, and how it went. */
export type Telling = FollowersTold | MessageTold;

/** Something that tells of events, and knows whom it told: the feed, webhooks. */
export interface NewsSource {
  /** What is known of so few events; not every telling where there are very many. */
  tellings(events: readonly TellableEvent[]): Promise<readonly Telling[]>;
}
