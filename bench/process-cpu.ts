// CPU seconds of other processes, where the system tells them (Linux).

import { readFile } from "node:fs/promises";

/** `USER_HZ`, which every Linux tells programs, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** Since the start of the process; undefined where it cannot be known. */
export async function cpuSecondsOf(pid: number | undefined): Promise<number | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // Fields from the third on: the second one is a name that may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}
