/**
 * Moves this process's wall clock: `Date.now()` and `new Date()`, for everything imported afterwards too. Timers and
 * `performance.now()` run on as before, as they do on a machine whose clock is set wrong.
 */
export function shiftClock(seconds: number): void {
  const RealDate = Date;
  const now = () => RealDate.now() + seconds * 1000;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, parts, newTarget) => Reflect.construct(target, parts.length === 0 ? [now()] : parts, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, name, receiver) => (name === "now" ? now : Reflect.get(target, name, receiver)),
  });
}
