import type { TabLocks } from "@holdfast/client";

interface LockOptions {
  readonly mode?: "exclusive";
  readonly signal?: AbortSignal;
}

type LockWork = (lock: { readonly name: string; readonly mode: "exclusive" }) => unknown;

/** `navigator.locks`: exclusive locks, which is all that the compared libraries ask for. */
export function createLockManager({ request }: TabLocks) {
  return {
    request(name: string, ...rest: [LockWork] | [LockOptions, LockWork]): Promise<unknown> {
      const [options, work] = rest.length === 2 ? rest : [{}, rest[0]];
      const known = ["mode", "signal"];
      const unknown = Object.keys(options).filter((option) => !known.includes(option));
      if (unknown.length > 0 || (options.mode ?? "exclusive") !== "exclusive") {
        throw new Error(`This lock manager knows no ${unknown.join(", ")} ${options.mode ?? ""}`);
      }
      const run = async () => work({ name, mode: "exclusive" });
      return request(name, options.signal ? { signal: options.signal } : {}, run);
    },
  };
}
