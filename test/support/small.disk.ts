import { execFileSync } from 'node:child_process';
import { chownSync, closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from './service-process.ts';

/** A file system of its own, in memory, that a test can fill to its last block. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the room that is left. */
  fill(): void;
  makeRoom(): void;
  unmount(): void;
}

const MIB = Buffer.alloc(1024 * 1024);
const BLOCK = MIB.subarray(0, 4096);

/** Throws where file systems cannot be mounted: without the rights of root, and in most containers. */
export function mountSmallDisk(mebibytes: number): SmallDisk {
  const folder = newFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0711`, 'tmpfs', folder], { stdio: 'pipe' });
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => {
      const file = openSync(filler, 'a');
      for (const part of [MIB, BLOCK]) writeUntilFull(file, part);
      closeSync(file);
    },
    makeRoom: () => rmSync(filler, { force: true }),
    unmount: () => execFileSync('umount', [folder], { stdio: 'pipe' }),
  };
}

function writeUntilFull(file: number, part: Buffer): void {
  try {
    for (;;) writeSync(file, part);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** Gives a folder to whoever owns another, such as to the user that runs Postgres. */
export function giveToOwnerOf(folder: string, other: string): void {
  const { uid, gid } = statSync(other);
  chownSync(folder, uid, gid);
}

/** Why nothing can be mounted here; undefined where it can. */
export function whyNoSmallDisk(): string | undefined {
  try {
    mountSmallDisk(1).unmount();
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer };
    return String(stderr ?? message).trim();
  }
}
