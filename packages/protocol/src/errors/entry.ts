/** Which door an error comes from. */
export type ErrorArea = "signin" | "refresh" | "token" | "http" | "operations";

/** One line of the error catalogue. */
export interface ErrorEntry {
  readonly area: ErrorArea;
  /** The HTTP status it travels with; 0 where it is not an HTTP answer. */
  readonly status: number;
  /** A few words. */
  readonly title: string;
  /** What happened, for the person who reads the log. */
  readonly meaning: string;
  /** What to do now. */
  readonly action: string;
  /** Whether the same request can succeed later without anyone doing anything. */
  readonly retryable: boolean;
}
