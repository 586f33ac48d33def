import { readFileSync } from "node:fs";
import { type DataLayout, type Owner, ownerOf } from "./data-layout.ts";
import { dataInaccessible } from "./errors.ts";

// The numbers of `nobody` on Linux where no /etc/passwd names it.
const overflowUser: Owner = { uid: 65_534, gid: 65_534 };

/**
 * Chooses whom PostgreSQL runs as when we are root, which it refuses: the owner of the data that exist, else the
 * system's `postgres`, else `nobody`. Null when we are not root: then it runs as ourselves.
 *
 * @throws AppError `data_inaccessible` when the data belong to somebody else
 */
export async function choosePostgresUser(layout: DataLayout): Promise<Owner | null> {
  const clusterOwner = await ownerOf(layout.cluster);
  const ourselves = process.getuid?.() ?? 0;
  const user = ourselves === 0 ? await chooseUnprivileged(layout, clusterOwner) : null;
  const expected = user?.uid ?? ourselves;
  if (clusterOwner && clusterOwner.uid !== expected) {
    throw dataInaccessible(
      `${layout.cluster} belongs to user ${clusterOwner.uid}, but PostgreSQL would run as user ${expected} and insists on owning it. Run Holdfast as the owner or as root, or run \`chown -R ${expected} ${layout.cluster}\`.`,
    );
  }
  return user;
}

async function chooseUnprivileged(layout: DataLayout, clusterOwner: Owner | null): Promise<Owner> {
  const rootOwner = await ownerOf(layout.root);
  const owner = [clusterOwner, rootOwner].find((candidate) => candidate && candidate.uid !== 0);
  return owner ?? findSystemUser("postgres") ?? findSystemUser("nobody") ?? overflowUser;
}

/** Looks a user up in passwd(5); Node.js has no getpwnam. */
export function findSystemUser(name: string, passwd: string = readPasswd()): Owner | null {
  const entry = passwd.split("\n").find((line) => line.startsWith(`${name}:`));
  const [, , uid, gid] = entry?.split(":") ?? [];
  return uid && gid && Number(uid) > 0 ? { uid: Number(uid), gid: Number(gid) } : null;
}

function readPasswd(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}
