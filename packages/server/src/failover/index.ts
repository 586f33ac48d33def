/**
 * Failover: what must outlive a database that was replaced by a replica which had not seen the last commits. Owns the
 * database's epoch (PostgreSQL's timeline, which every promotion raises) and this node's memory of what has ended. Before
 * a node judges anything in a new epoch, it ends again what it remembers and the new primary has lost.
 */
export type { Failover, FailoverDeps } from "./failover.ts";
export { createFailover } from "./failover.ts";
export type { Ending } from "./revocation-book.ts";
export type { Epoch } from "./store.ts";
