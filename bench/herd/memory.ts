import { readFileSync } from "node:fs";

/** What a process and its workers hold in memory, in MiB, sampled while something happens. */
export interface MemoryFigures {
  readonly before: number;
  readonly highest: number;
  readonly after: number;
}

const sampleEveryMs = 100;

/** Linux only. */
export async function watchMemory<Result>(
  pid: number,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly memory: MemoryFigures }> {
  const before = residentMib(pid);
  let highest = before;
  const timer = setInterval(() => {
    highest = Math.max(highest, residentMib(pid));
  }, sampleEveryMs);
  try {
    const result = await work();
    return { result, memory: { before, highest, after: residentMib(pid) } };
  } finally {
    clearInterval(timer);
  }
}

function residentMib(pid: number): number {
  const workers = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return [pid, ...workers.map(Number)].reduce((sum, each) => sum + ownMib(each), 0);
}

function ownMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kib === undefined) throw new Error(`Process ${pid} does not say what it holds`);
  return Math.round(Number(kib) / 1024);
}
