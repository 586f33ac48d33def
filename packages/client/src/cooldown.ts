import type { Clock, Moment } from "./clock.ts";
import type { Milliseconds } from "./env.ts";
import { asObject, type JsonStorage } from "./json-storage.ts";

/** The server has asked for quiet, and it asked all tabs. */
export interface Cooldown {
  begin(wait: Milliseconds): void;
  /** How much of it is left. */
  remaining(): Milliseconds;
}

const name = ":cooldown";
const longest: Milliseconds = 300_000;

export function createCooldown(storage: JsonStorage, clock: Clock): Cooldown {
  return {
    begin(wait) {
      storage.write(name, { wait, since: clock.now() });
    },
    remaining() {
      const { wait, since } = asObject(storage.read(name)) as { wait?: Milliseconds; since?: Moment };
      // Another tab's monotonic clock began at another moment: only the wall clock is common.
      const rest = Number(wait) + Number(since?.wall) - clock.now().wall;
      // More than was ever asked for: the wall clock was set back.
      return rest > 0 && rest <= longest ? rest : 0;
    },
  };
}
