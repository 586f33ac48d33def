import type { MemberRole } from "./claims.ts";

/** What `GET /session` answers: who is signed in, in this browser. Times are ISO 8601 in UTC. */
export interface SessionAnswer {
  readonly sid: string;
  readonly user: {
    readonly id: string;
    readonly name: string | null;
    /** Only an address that the provider has verified. */
    readonly email: string | null;
    readonly picture: string | null;
  };
  readonly accounts: readonly { readonly id: string; readonly name: string; readonly role: MemberRole }[];
  readonly provider: string;
  readonly started_at: string;
  readonly authenticated_at: string;
  /** The session ends then unless it is used before. */
  readonly idle_expires_at: string;
  /** The session ends then in any case. */
  readonly expires_at: string;
}
