import type { Config } from "./config/index.ts";
import { createDeliveryCleaning } from "./deliveries/index.ts";
import { createEventUpkeep } from "./events/index.ts";
import { createFeedCleaning } from "./feed/index.ts";
import { createHygiene, type Hygiene } from "./jobs/hygiene.ts";
import { createKeyCleaning } from "./keys/index.ts";
import type { Platform } from "./platform.ts";
import { createSessionCleaning } from "./sessions/index.ts";
import { createSigninCleaning } from "./signin/index.ts";
import { createUsageCleaning } from "./usage/index.ts";

/** What leaves the database when, by whoever put it there. */
export function createCleaning({ history: { keep }, webhooks }: Config, platform: Platform): Hygiene {
  const eventUpkeep = createEventUpkeep({ ...platform, keep });
  const rules = [
    ...createSigninCleaning(platform),
    ...createKeyCleaning(platform),
    ...createUsageCleaning(platform),
    createSessionCleaning({ ...platform, keep }),
    createDeliveryCleaning({ ...platform, ...webhooks }),
    createFeedCleaning({ ...platform, keep }),
    ...eventUpkeep.rules,
  ];
  return createHygiene({ ...platform, rules, chores: [eventUpkeep.chore] });
}
