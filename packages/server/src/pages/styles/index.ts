import { card } from "./card.ts";
import { catalogue } from "./catalogue.ts";
import { controls } from "./controls.ts";
import { foundation } from "./foundation.ts";

/** The one stylesheet, inlined in every page; the policy in `pageHeaders` allows exactly this text, by its hash. */
export const stylesheet: string = (foundation + card + controls + catalogue).replace(/\s+/g, " ").trim();
