import { seconds } from "@holdfast/client/testing";
import type { OldTokenRule } from "./families.ts";

/** RFC 9700, section 4.14.2: a token that is presented a second time ends the grant. `oidc-provider` does so by default. */
export const endOnReuse: OldTokenRule = () => "end";

/**
 * Auth0 with a rotation overlap period (`leeway`): "Only the previous token can be reused; if the second-to-last one is
 * exchanged, breach detection will be triggered." Its default is none, which is `endOnReuse`.
 */
export const overlapOf =
  (period: number): OldTokenRule =>
  ({ age, isParent }) =>
    isParent && age < period ? "newest" : "end";

/** Supabase: a reuse interval of 10 s, and the parent of the active token at any time; anything else ends the session. */
export const supabaseReuse: OldTokenRule = ({ age, isParent }) => (isParent || age < seconds(10) ? "newest" : "end");

/** WorkOS: for 30 s the same pair again; then `invalid_grant`. That the session ends with it is not documented. */
export const workosReplay: OldTokenRule = ({ age }) => (age < seconds(30) ? "newest" : "refuse");
