/**
 * Loaded before a node, it lets the node's clocks be tampered with: by `FAULT_CLOCK_SHIFT_SECONDS` from the start, and by
 * messages over the channel to its parent.
 */
export interface ClockMessage {
  /** By how much the wall clock is off from now on, as where NTP steps it. */
  readonly shiftSeconds?: number;
  /** For how long the machine slept: what counts the time since some moment stood still, the wall clock did not. */
  readonly sleptSeconds?: number;
}

const RealDate = Date;
const monotonic = performance.now.bind(performance);
let shiftMs = Number(process.env.FAULT_CLOCK_SHIFT_SECONDS ?? 0) * 1000;
let sleptMs = 0;
const now = () => RealDate.now() + shiftMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, parts, newTarget) => Reflect.construct(target, parts.length === 0 ? [now()] : parts, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === "now" ? now : Reflect.get(target, name, receiver)),
});
performance.now = () => monotonic() - sleptMs;

process.on("message", ({ shiftSeconds, sleptSeconds }: ClockMessage) => {
  if (shiftSeconds !== undefined) shiftMs = shiftSeconds * 1000;
  if (sleptSeconds !== undefined) sleptMs += sleptSeconds * 1000;
  process.send?.("done");
});
