import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SHARED_MEMORY = '/dev/shm';
/** `f_type` of tmpfs, of Linux's magic.h. */
const TMPFS = 0x01021994;
/** The whole suite holds less than half of it at once. */
const ROOM_BYTES = 8 * 2 ** 30;

/**
 * Makes a folder in memory the one for temporary files, of this process and those that it starts, where the machine has room for it and
 * nobody has chosen one by TMPDIR. A cloned database is some thousand files, which a disk's file system makes at six times the CPU.
 * Returns what removes it.
 */
export function takeFolderInMemory(): () => void {
  const folder = process.env.TMPDIR === undefined ? folderInMemory() : undefined;
  if (folder === undefined) return () => {};
  process.env.TMPDIR = folder;
  return () => {
    delete process.env.TMPDIR;
    rmSync(folder, { recursive: true, force: true });
  };
}

function folderInMemory(): string | undefined {
  try {
    const { type, bavail, bsize } = statfsSync(SHARED_MEMORY);
    if (type !== TMPFS || bavail * bsize < ROOM_BYTES) return undefined;
    const folder = mkdtempSync(join(SHARED_MEMORY, 'sync-operations-'));
    // For every account, as /tmp is: Postgres does not run as root.
    chmodSync(folder, 0o1777);
    return executes(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** False where it is mounted noexec, as some containers do. */
function executes(folder: string): boolean {
  const script = join(folder, 'true');
  writeFileSync(script, '#!/bin/sh\n', { mode: 0o755 });
  try {
    execFileSync(script);
    return true;
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return false;
  } finally {
    rmSync(script, { force: true });
  }
}
