import { randomUUID } from "node:crypto";
import { link, readdir, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { dataLocked, errorCode } from "./errors.ts";
import { describeThisProcess, isAlive, type LockRecord, readLockRecord } from "./lock-record.ts";
import { writeDurably } from "./write-durably.ts";

/** The right to use a data directory. */
export interface DirectoryLock {
  /** The dead process this lock was taken over from; null when nobody held it. */
  readonly predecessor: LockRecord | null;
  release(): Promise<void>;
}

type Claim = Pick<LockRecord, "command" | "startedAt" | "connection">;

interface Link {
  readonly path: string;
  readonly record: LockRecord | "unreadable";
}

/**
 * Takes the lock of a data directory, from a dead holder if need be.
 *
 * Node.js has no flock(2), and "read, judge dead, replace" would let two starters both replace. So the lock is a chain:
 * whoever wants to succeed the dead holder X creates `lock.after-X`. Creating is atomic and X is unique, so one process
 * alone succeeds, and it holds the lock from then on. It then shortens the chain by renaming its link to `lock`.
 *
 * @throws AppError `data_locked`
 */
export async function acquireLock(path: string, claim: Claim): Promise<DirectoryLock> {
  const record: LockRecord = { id: randomUUID(), ...describeThisProcess(), ...claim };
  const draft = `${path}.draft-${record.id}`;
  await writeDurably(draft, `${JSON.stringify(record, null, 2)}\n`);
  try {
    for (;;) {
      const chain = await readChain(path);
      const last = chain.at(-1);
      if (last) await assertDead(last.record, dirname(path));
      if (await extendChain(path, chain, draft)) {
        return { predecessor: last ? known(last.record) : null, release: () => releaseLock(path, record.id) };
      }
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** Who holds a data directory now; null when nobody does. */
export async function findHolder(path: string): Promise<LockRecord | null> {
  const last = (await readChain(path)).at(-1);
  const holder = last && known(last.record);
  return holder && (await isAlive(holder)) ? holder : null;
}

async function readChain(path: string): Promise<Link[]> {
  const chain: Link[] = [];
  for (let next = path; ; ) {
    const record = await readLockRecord(next);
    if (record === null) return chain;
    chain.push({ path: next, record });
    next = successorPath(path, record);
  }
}

/** Becomes the end of the chain. False when somebody else was quicker: then the chain must be read again. */
async function extendChain(path: string, chain: readonly Link[], draft: string): Promise<boolean> {
  const [first, last] = [chain[0], chain.at(-1)];
  if (!first || !last) return linkExclusively(draft, path);
  const own = successorPath(path, last.record);
  if (!(await linkExclusively(draft, own))) return false;
  // Somebody may have shortened the chain since we read it; then our link hangs in the air and means nothing.
  const current = await readLockRecord(path);
  if (current === null || idOf(current) !== idOf(first.record)) {
    await rm(own, { force: true });
    return false;
  }
  await rename(own, path);
  await removeLeftovers(path);
  return true;
}

async function linkExclusively(existing: string, path: string): Promise<boolean> {
  try {
    await link(existing, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function releaseLock(path: string, id: string): Promise<void> {
  const current = await readLockRecord(path);
  if (current !== null && idOf(current) === id) await rm(path, { force: true });
}

async function removeLeftovers(path: string): Promise<void> {
  const links = (await readdir(dirname(path))).filter((name) => name.startsWith(`${basename(path)}.after-`));
  for (const name of links) await rm(join(dirname(path), name), { force: true });
}

async function assertDead(record: Link["record"], directory: string): Promise<void> {
  if (record === "unreadable" || !(await isAlive(record))) return;
  const where = record.hostname === hostname() ? "" : ` on ${record.hostname}`;
  throw dataLocked(
    `The data directory ${directory} is in use by process ${record.pid}${where} (${record.command}) since ${record.startedAt}. Stop that process, or choose another directory.`,
  );
}

function known(record: Link["record"]): LockRecord | null {
  return record === "unreadable" ? null : record;
}

function idOf(record: Link["record"]): string {
  return record === "unreadable" ? record : record.id;
}

function successorPath(path: string, record: Link["record"]): string {
  return `${path}.after-${idOf(record)}`;
}
