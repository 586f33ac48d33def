/** Random histories: what happens is data, so that a failing one can be cut down to the few steps that matter. */
export type { Command, FaultName } from "./command.ts";
export { runSchedule } from "./run-schedule.ts";
