import pg from "pg";
import type { Failpoint } from "./protocol.ts";

/** Steps between a node and PostgreSQL: everything it asks goes through here. */
export interface Statements {
  /** Kills this process at the next statement that judges refresh tokens. */
  dieAt(point: Failpoint): void;
}

type Callback = (...results: unknown[]) => void;
type Query = (this: pg.Client, ...args: unknown[]) => unknown;

/**
 * Takes every statement of this process in hand, in the driver, so that the server under test needs no switch.
 *
 * @param change what becomes of the text of the statement that judges
 */
export function interceptStatements(change: (text: string) => string): Statements {
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const original = prototype.query;
  let point: Failpoint | null = null;

  prototype.query = function query(...args) {
    const [config] = args;
    if (!isJudging(config)) return original.apply(this, args);
    if (point === "before the statement") die();
    const rest = args.slice(1).map((arg) => (isCallback(arg) ? afterwards(arg) : arg));
    const result = original.call(this, { ...config, text: change(config.text) }, ...rest);
    if (point === "in the statement") die();
    return result;
  };

  function afterwards(callback: Callback): Callback {
    return (...results) => {
      if (point === "before the answer") die();
      callback(...results);
    };
  }

  return {
    dieAt(next) {
      point = next;
    },
  };
}

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

function isJudging(config: unknown): config is pg.QueryConfig {
  return (
    typeof config === "object" &&
    config !== null &&
    "text" in config &&
    typeof config.text === "string" &&
    config.text.includes("'session.refreshed'")
  );
}

function isCallback(arg: unknown): arg is Callback {
  return typeof arg === "function";
}
