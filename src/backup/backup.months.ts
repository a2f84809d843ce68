import type pg from 'pg';
import { type ArchivedMonth, BackupError } from './backup.manifest.ts';
import { readMonths } from './backup.tables.ts';

const TIME = String.raw`'\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?'`;
/** The bound becomes a part of a statement of the owner, so nothing else may stand in it. */
const BOUND = new RegExp(`^FOR VALUES FROM \\(${TIME}\\) TO \\(${TIME}\\)$`);

/**
 * Makes the months of the audit trail that the archive has and the database has not, attached or detached as they were, with the same
 * protection as src/activity/sql/partitions.sql gives them.
 */
export async function makeMonths(owner: pg.Client, months: readonly ArchivedMonth[]): Promise<void> {
  const existing = new Map((await readMonths(owner)).map(({ name, bound }) => [name, bound]));
  for (const { name, bound } of months) {
    if (bound !== null && !BOUND.test(bound))
      throw new BackupError(`The file gives the month ${name} a bound that is none. Nothing was restored.`);
    const found = existing.get(name);
    if (found === undefined) await makeMonth(owner, name, bound);
    else if (found !== bound)
      throw new BackupError(
        `The database has the table public.${name}, but not as the backup has it (${bound ?? 'detached'}); rename it. Nothing was restored.`,
      );
  }
}

async function makeMonth(owner: pg.Client, name: string, bound: string | null): Promise<void> {
  const month = `public.${owner.escapeIdentifier(name)}`;
  await owner.query(`CREATE TABLE ${month} (LIKE public.sync_activity_log INCLUDING ALL)`);
  await owner.query(`ALTER TABLE ${month} ENABLE ROW LEVEL SECURITY`);
  await owner.query(`ALTER TABLE ${month} FORCE ROW LEVEL SECURITY`);
  await owner.query(`CREATE POLICY backup ON ${month} FOR SELECT TO sync_backup USING (true)`);
  await owner.query(`GRANT SELECT ON ${month} TO sync_backup`);
  if (bound !== null) await owner.query(`ALTER TABLE public.sync_activity_log ATTACH PARTITION ${month} ${bound}`);
}
