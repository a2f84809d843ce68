import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresError, errorCode, isNotWritable } from './embedded-postgres.error.ts';
import type { PostgresBinaries } from './embedded-postgres.types.ts';

interface SymlinkEntry {
  /** The library's file, relative to the package's folder. */
  readonly source: string;
  /** The name it is also needed under. */
  readonly target: string;
}

/**
 * Makes the links between library names that an npm package cannot carry. The package's install script would, but it does
 * not run where install scripts are off, as they are here.
 */
export function ensureLibrarySymlinks(binaries: PostgresBinaries): void {
  const native = nativeFolder(binaries);
  for (const { source, target } of readEntries(path.join(native, 'pg-symlinks.json'))) {
    const link = path.resolve(native, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    const pointsTo = path.relative(path.dirname(link), path.resolve(native, '..', source));
    try {
      symlinkSync(pointsTo, link);
    } catch (error) {
      // Another process that starts at the same time may have made it.
      if (errorCode(error) === 'EEXIST') continue;
      if (!isNotWritable(error)) throw error;
      throw new EmbeddedPostgresError(
        `PostgreSQL's libraries lack the link ${link} and this user may not make it: run \`npm rebuild --ignore-scripts=false\` once as a user who may write there.`,
        { cause: error },
      );
    }
  }
}

/** The folder with `bin`, `lib` and `share`. */
export function nativeFolder(binaries: PostgresBinaries): string {
  return path.resolve(path.dirname(binaries.postgres), '..');
}

function readEntries(file: string): SymlinkEntry[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SymlinkEntry[];
  } catch (error) {
    // Windows packages, and a PostgreSQL from elsewhere, have none.
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
