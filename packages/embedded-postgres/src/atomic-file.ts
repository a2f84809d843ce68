import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Replaces a file so that a reader, or a machine that loses power, finds the old content or the new, never a part of it. */
export function writeFileAtomically(file: string, content: string, mode: number): void {
  const temporary = `${file}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  const descriptor = openSync(temporary, 'wx', mode);
  try {
    // The mode given to open is cut by the umask, and the server's user must be able to read what is meant for it.
    fchmodSync(descriptor, mode);
    writeSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameDurably(temporary, file);
}

/** Renames, and makes the new name survive a power cut. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  // Windows cannot open a folder, and makes renames durable by itself.
  if (process.platform === 'win32') return;
  const parent = openSync(path.dirname(to), 'r');
  try {
    fsyncSync(parent);
  } finally {
    closeSync(parent);
  }
}
