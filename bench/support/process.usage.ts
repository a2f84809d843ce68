import { readdirSync, readFileSync } from 'node:fs';

/** The clock tick of /proc on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU seconds (user and system) that a process and its children that still run have used until now; NaN where there is no /proc. */
export function cpuSecondsOf(pid: number): number {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(statOf)
      .filter((stat) => stat !== undefined && (stat.pid === pid || stat.parent === pid))
      .reduce((sum, stat) => sum + (stat?.cpuSeconds ?? 0), 0);
  } catch {
    return Number.NaN;
  }
}

function statOf(pid: string): { pid: number; parent: number; cpuSeconds: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    return { pid: Number(pid), parent: Number(fields[1]), cpuSeconds };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** Bytes of a process that are in memory; NaN where there is no /proc. */
export function residentBytesOf(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return Number.NaN;
  }
}
