import { readFile } from "node:fs/promises";

/** What a process holds in memory, in MiB. Pages that it shares count in part (PSS), so that a sum over processes is true. */
export async function memoryOf(pid: number): Promise<number> {
  return Math.round((await proportionalKib(pid)) / 1024);
}

/** The same of a process and all below it. */
export async function memoryOfTree(pid: number): Promise<number> {
  const family = await descendants(pid);
  const shares = await Promise.all([pid, ...family].map(proportionalKib));
  return Math.round(shares.reduce((sum, share) => sum + share, 0) / 1024);
}

async function proportionalKib(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const kib = /^Pss:\s+(\d+) kB$/m.exec(text)?.[1];
  if (kib === undefined) throw new Error(`process ${pid} does not say what it holds`);
  return Number(kib);
}

async function descendants(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  const children = text.split(" ").filter(Boolean).map(Number);
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}
