import { z } from "zod";
import { account, client, grant, type PublicEvent, request, session, user, when } from "./catalogue-fields.ts";

const judged = {
  ...grant,
  ...session,
  ...user,
  ...account,
  ...client,
  ...request,
  verdict: z.string().meta({ description: "How the presented refresh token was judged." }),
  presented: z.int().nullish().meta({ description: "The generation of the presented token." }),
  generation: z.int().nullish().meta({ description: "The generation in force before." }),
  address: z.string().nullish().meta({ description: "The network address it came from." }),
  user_agent: z.string().nullish().meta({ description: "What the program calls itself." }),
};

const replaced = {
  replaced_at: when("When the presented token had been replaced.").nullish(),
  successor_replaced_at: when("When its successor had been, where that was replaced too.").nullish(),
};

/** What became of presented refresh tokens. */
export const refreshEvents = {
  "session.refreshed": { summary: "A refresh token was replaced by its successor.", data: z.object(judged) },
  "session.replayed": {
    summary: "A retry of the same attempt got the same successor again.",
    data: z.object({ ...judged, ...replaced }),
  },
  "session.overlapped": {
    summary: "A token that had been replaced moments before got the current one.",
    data: z.object({ ...judged, ...replaced }),
  },
  "session.renewed": {
    summary: "A client whose refresh token does not rotate, or is bound to its key, got an access token.",
    data: z.object(judged),
  },
  "session.recovered": {
    summary: "A token newer than the database knows was honoured: the database has lost its newest writes.",
    data: z.object(judged),
  },
  "session.reuse_detected": {
    summary: "A token that had been replaced long before came back; the lineage was ended.",
    data: z.object({ ...judged, ...replaced }),
  },
  "token.refused": {
    summary: "A refresh was refused.",
    data: z.object({
      ...judged,
      reason: z
        .string()
        .nullish()
        .meta({ description: "Why the grant had ended, where it had; or what the client did not prove." }),
    }),
  },
} as const satisfies Record<string, PublicEvent>;
