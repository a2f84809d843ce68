import { existsSync, readFileSync, statSync } from 'node:fs';
import type { DataFolder } from './data-folder.ts';

const shownLines = 8;

/** Bytes in the server's log so far: the place from which to read what one attempt adds. */
export function logSize(folder: DataFolder): number {
  return statSync(folder.log, { throwIfNoEntry: false })?.size ?? 0;
}

/** What was logged since `start` bytes. */
export function logSince(folder: DataFolder, start: number): string {
  return existsSync(folder.log) ? readFileSync(folder.log).subarray(start).toString('utf8') : '';
}

/** The last lines of it, for an error message. */
export function logEnd(folder: DataFolder, start: number): string {
  const lines = logSince(folder, start)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.slice(-shownLines).join('\n');
}
