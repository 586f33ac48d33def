/**
 * A service reports what it said of tokens: `POST` to the `holdfast_usage_endpoint` of the metadata, with
 * `Authorization: Basic` of the service (`client_secret_basic`), which says whose counts they are, and this as
 * `application/json`. Answered with 204. A report that was not answered comes again, unchanged, until it is: whoever
 * counts a `report_id` once has every token once.
 */
export interface UsageReport {
  /** A UUID, made for these counts. */
  readonly report_id: string;
  /** From when, milliseconds since 1970-01-01T00:00:00Z by the service's clock. */
  readonly from_ms: number;
  /** Until when. The reports of one process follow each other without overlap. */
  readonly to_ms: number;
  /** One for each client and verdict, at most 10,000; those that are not there are zero. */
  readonly counts: readonly UsageCount[];
}

/** How often one verdict was reached about tokens of one client. */
export interface UsageCount {
  /** Null where no client is known: the request had no token, or none that the issuer had signed. */
  readonly client_id: string | null;
  /** `accepted`, or the code of the refusal: one of the error catalogue's area `token`. */
  readonly verdict: string;
  /** 1 or more. */
  readonly tokens: number;
}
