import { readFileSync } from 'node:fs';
import type { PostgresBinaries } from '@sync-operations/embedded-postgres';

/** The majors that package.json names, oldest first. */
export function namedVersions(): number[] {
  const text = readFileSync(new URL('./package.json', import.meta.url), 'utf8');
  const { optionalDependencies } = JSON.parse(text) as { optionalDependencies: Record<string, string> };
  const majors = Object.keys(optionalDependencies).map((name) => Number(/^postgres-(\d+)-/.exec(name)?.[1]));
  return [...new Set(majors)].sort((a, b) => a - b);
}

/** The programs of one major; rejects where npm has none for this machine. */
export async function binariesOf(major: number): Promise<PostgresBinaries> {
  const specifier = `postgres-${major}-${process.platform}-${process.arch}`;
  const { initdb, pg_ctl, postgres } = (await import(specifier)) as PostgresBinaries;
  return { initdb, pg_ctl, postgres };
}
