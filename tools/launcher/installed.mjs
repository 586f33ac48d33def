// @ts-check

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean, os?: string | string[], cpu?: string | string[] }} LockEntry
 * @typedef {{ packages: Record<string, LockEntry> }} Lockfile
 * @typedef {{ platform: string, arch: string, nodePackage: string | undefined }} Needs `nodePackage`: without which
 * nothing runs here
 */

/**
 * Says why the dependencies must be installed, or undefined when what is installed is what the lockfile asks for.
 *
 * npm itself keeps the record of what it installed, in `node_modules/.package-lock.json`, and writes it last: no record,
 * no finished installation. Comparing the two, rather than keeping a stamp of our own, also honours an `npm ci` or
 * `npm install` that a person ran.
 * @param {Lockfile} wanted package-lock.json
 * @param {Lockfile | undefined} installed node_modules/.package-lock.json
 * @param {Needs} needs
 * @returns {string | undefined}
 */
export function reasonToInstall(wanted, installed, needs) {
  if (!installed) return "nothing is installed, or an installation was interrupted";
  if (needs.nodePackage && !installed.packages[`node_modules/${needs.nodePackage}`])
    return `${needs.nodePackage} is missing`;
  for (const [place, entry] of Object.entries(wanted.packages)) {
    if (!place.includes("node_modules/")) continue;
    const present = installed.packages[place];
    if (!present && !entry.optional) return `${place} is missing`;
    if (!present) continue;
    if (!sameRelease(entry, present)) return `${place} is another version`;
    if (!fits(present, needs)) return `${place} is for another platform`;
  }
  return undefined;
}

/**
 * @param {LockEntry} wanted
 * @param {LockEntry} present
 */
function sameRelease(wanted, present) {
  if (wanted.version !== present.version || wanted.link !== present.link) return false;
  return !wanted.integrity || !present.integrity || wanted.integrity === present.integrity;
}

/**
 * @param {LockEntry} entry
 * @param {Needs} needs
 */
function fits({ os, cpu }, { platform, arch }) {
  return allows(os, platform) && allows(cpu, arch);
}

/**
 * npm's `os` and `cpu` fields: names, or names with a `!` for all but these.
 * @param {string | string[] | undefined} field
 * @param {string} value
 */
function allows(field, value) {
  const names = [field ?? []].flat();
  if (names.includes(`!${value}`)) return false;
  return names.length === 0 || names.includes(value) || names.some((name) => name.startsWith("!"));
}
