import type { RefreshAnswer, RefreshRefusal } from "@holdfast/protocol";

/** What travels, as the protocol package has it. Types only: nothing of it is in the bundle. */
export type { RefreshAnswer, RefreshRefusal };
